"""Delegation: what one may give to others, and on whose accounts one may act."""

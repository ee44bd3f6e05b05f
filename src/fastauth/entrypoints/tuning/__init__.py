"""Measurements by which an operator chooses the cost of a password hash."""

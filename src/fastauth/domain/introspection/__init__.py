"""Introspection: what a service learns about a token (RFC 7662)."""

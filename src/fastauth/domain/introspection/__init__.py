"""Introspection: the state of a token, for a service that received it (RFC 7662)."""

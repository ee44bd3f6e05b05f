"""Requests to URLs that somebody else named (OWASP: Server-Side Request Forgery)."""

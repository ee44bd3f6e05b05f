"""Requests to URLs that users named (OWASP: Server-Side Request Forgery)."""

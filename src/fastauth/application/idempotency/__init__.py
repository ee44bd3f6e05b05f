"""Requests that a client may send again."""

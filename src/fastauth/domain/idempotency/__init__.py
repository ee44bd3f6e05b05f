"""Requests that a client may send again: the header ``Idempotency-Key``."""

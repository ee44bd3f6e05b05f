"""Stored password hashes."""

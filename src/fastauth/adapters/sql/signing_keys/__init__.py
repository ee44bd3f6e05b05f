"""Signing keys in the table ``signing_key``."""

"""Passkeys in the table ``passkey``."""

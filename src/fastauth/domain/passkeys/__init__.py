"""Passkeys: WebAuthn credentials of an account (W3C Web Authentication Level 3)."""

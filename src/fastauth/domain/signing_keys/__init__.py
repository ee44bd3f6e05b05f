"""Signing keys: which key signs access tokens, which keys verify them, and when each takes over."""

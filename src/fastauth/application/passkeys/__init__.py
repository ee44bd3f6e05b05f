"""Use cases of passkeys."""

"""Use cases of signing keys."""

"""API keys: credentials of a user's programs, which are exchanged for access tokens."""

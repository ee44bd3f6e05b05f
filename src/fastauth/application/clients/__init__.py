"""Use cases of OAuth 2.0 clients."""

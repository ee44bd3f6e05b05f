"""Use cases of roles."""

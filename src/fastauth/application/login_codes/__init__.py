"""Use cases of login codes."""

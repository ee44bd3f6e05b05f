"""Use cases of browser sessions."""

"""Use cases of sealed texts."""

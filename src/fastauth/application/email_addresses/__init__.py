"""Use cases of e-mail addresses."""

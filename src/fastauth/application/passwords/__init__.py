"""Use cases of passwords."""

"""The outbox: work that follows from a stored change, done at least once."""

"""Sessions, which a log-in starts, and their tokens."""

"""One-time tokens in the table ``one_time_token``."""

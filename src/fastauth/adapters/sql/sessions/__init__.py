"""Sessions in the table ``session``."""

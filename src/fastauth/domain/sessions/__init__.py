"""Sessions: what a log-in begins, and the tokens that it hands out."""

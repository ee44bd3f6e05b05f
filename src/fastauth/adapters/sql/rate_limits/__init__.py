"""Counters in the table ``tally``, and the columns that limit a session or an account."""

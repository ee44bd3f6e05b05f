"""E-mail addresses of accounts, and the proof that their owners read them."""

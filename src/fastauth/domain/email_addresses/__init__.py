"""E-mail addresses of accounts, and the proof of who reads them."""

"""Accounts: the user, the username, the full name."""

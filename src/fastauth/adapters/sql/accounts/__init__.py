"""Accounts in the table ``user_info``."""

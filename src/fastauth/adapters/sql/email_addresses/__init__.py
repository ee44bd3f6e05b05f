"""E-mail addresses in the table ``email_address``."""

"""Until when a mail is worth sending."""

from datetime import timedelta

VERIFICATION_MAIL_DEADLINE = timedelta(hours=24)
"""Counted from the request: by then the user has requested the mail again, or given up."""

RESET_MAIL_DEADLINE = timedelta(hours=1)
"""The same for a mail by which a password is reset."""

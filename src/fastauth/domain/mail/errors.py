"""Errors about sending mail. Clients do not receive them: mails are sent after the response."""

from fastauth.domain.outbox.errors import PermanentFailure, TemporaryFailure


class MailRejected(PermanentFailure):
    """The server refused this recipient or this mail for good (a 5xx reply), or mail is off."""


class MailUnavailable(TemporaryFailure):
    """The mail server cannot be reached, or did not confirm that it has the mail."""

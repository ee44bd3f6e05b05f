"""Errors about e-mail addresses."""

from fastauth.domain.errors import Conflict


class EmailTaken(Conflict):
    """Another account has verified this address, or has it as its username.

    Only a client that has proved that it reads the mailbox gets this error.
    """

    code = "email_taken"
    detail = "Another account uses this address"

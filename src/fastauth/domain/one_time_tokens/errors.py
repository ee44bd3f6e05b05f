"""Errors about one-time tokens."""

from fastauth.domain.errors import Unauthenticated


class InvalidLink(Unauthenticated):
    """The token of a link was not issued here, is used or withdrawn, or has expired: one answer for all."""

    code = "invalid_link"
    detail = "The link is invalid or no longer valid"

"""Errors about rate limits."""

from fastauth.domain.errors import RateLimited


class TooManyRequests(RateLimited):
    """A network has sent more log-ins, wrong passwords or registrations than it may.

    Or a session was refreshed, or an account renamed, more often than it may be.
    """

    code = "too_many_attempts"
    detail = "Too many attempts. The header Retry-After says when to go on."

"""Errors about rate limits."""

from fastauth.domain.errors import RateLimited


class TooManyRequests(RateLimited):
    """A network has sent too many log-ins, wrong passwords or registrations.

    Or a session was renewed, or an account renamed, too often.
    """

    code = "too_many_attempts"
    detail = "Too many attempts. Retry after the time in the Retry-After header."

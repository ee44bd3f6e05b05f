"""Canonical usernames by RFC 8265 (PRECIS) and UTS #39."""

from fastauth.adapters.precis.profile import PrecisUsernameProfile as PrecisUsernameProfile

"""Digests by which the audit trail refers to usernames that have no account."""

from hashlib import sha256
from hmac import digest as hmac

from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import UsernameDigest
from fastauth.domain.secret_key import SecretKey


class UsernamePseudonyms:
    """Tells names that were tried apart, without keeping them: people type passwords there.

    ``keys`` are the server's secret keys, the newest first; the older ones are only recognised.
    """

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = [key.derive("names tried") for key in keys]

    def digest(self, name: Username) -> UsernameDigest:
        """Return what is stored of a name from now on."""
        return self.candidates(name)[0]

    def candidates(self, name: Username) -> tuple[UsernameDigest, ...]:
        """Return what may have been stored of a name, under each key."""
        return tuple(UsernameDigest(hmac(key, name.canonical.encode(), sha256)[:16]) for key in self._keys)

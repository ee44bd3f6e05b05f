"""Pseudonyms of usernames in the audit trail."""

from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import UsernameDigest
from fastauth.domain.secret_key import SecretKey, SecretKeys


class UsernamePseudonyms:
    """Compute the digests that stand for usernames of failed log-ins.

    The name itself is not stored, because people type passwords into the wrong field.
    """

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def digest(self, name: Username) -> UsernameDigest:
        """Return the digest that is stored from now on, 16 bytes."""
        return self.candidates(name)[0]

    def candidates(self, name: Username) -> tuple[UsernameDigest, ...]:
        """Return the digest under each secret key, the newest first."""
        macs = self._keys.macs("names tried", name.canonical.encode())
        return tuple(UsernameDigest(mac[:16]) for mac in macs)

"""Device tokens, by which an account recognises a device that its owner has logged in on before.

A token is ``fa_dev_`` and 48 bytes in base64url: 14 random bytes, the id of the device; 2 bytes, the
day of issue, counted from 1970-01-01; and an HMAC-SHA-256 of 32 bytes over these and the canonical
username, under a key derived from the secret key. The username is not part of the token, so a token
is valid for one account and does not reveal which. It grants no access; it only selects a separate
rate limit for known devices. A token is valid for 180 days, and each log-in with it returns a token
with the current day.
"""

import re
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from secrets import token_bytes

from fastauth.domain import base64url
from fastauth.domain.accounts.username import Username
from fastauth.domain.secret_key import SecretKey, SecretKeys

PREFIX = "fa_dev_"
"""Lets secret scanners recognise a token that was published by mistake."""

VALID = timedelta(days=180)
"""Counted from the start of the day of issue, in UTC."""

_SHAPE = re.compile(r"fa_dev_[A-Za-z0-9_-]{64}", re.ASCII)
_ID_BYTES, _DAY_BYTES = 14, 2
_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)


class DeviceTokens:
    """Issue and verify device tokens."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def issue(self, name: Username, *, device: str | None = None, now: datetime) -> str:
        """Return a token for the device on which the owner of `name` has just logged in.

        `device` is the id of a known device; ``None`` stands for a new one.
        """
        id_ = bytes.fromhex(device) if device else token_bytes(_ID_BYTES)
        day = (now - _FIRST_DAY).days.to_bytes(_DAY_BYTES)
        return self._with_macs(id_ + day, name)[0]

    def verify(self, text: str | None, name: Username, *, now: datetime) -> str | None:
        """Return the id of the device; ``None`` if the token is invalid for `name` or has expired."""
        if text is None or not _SHAPE.fullmatch(text):
            return None
        try:
            dated = base64url.decode(text.removeprefix(PREFIX))[: _ID_BYTES + _DAY_BYTES]
        except ValueError:
            return None
        matches = [compare_digest(token, text) for token in self._with_macs(dated, name)]
        issued = _FIRST_DAY + timedelta(days=int.from_bytes(dated[_ID_BYTES:]))
        return dated[:_ID_BYTES].hex() if any(matches) and now < issued + VALID else None

    def _with_macs(self, dated: bytes, name: Username) -> tuple[str, ...]:
        macs = self._keys.macs("dated device token", dated + name.canonical.encode())
        return tuple(PREFIX + base64url.encode(dated + mac) for mac in macs)

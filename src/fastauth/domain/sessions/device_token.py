"""Device tokens: by which an account recognises a device that its owner has used before.

A token is ``fa_dev_`` and 48 bytes in base64url: 14 random bytes, the id of the device; 2 bytes, the
day on which it was issued, counted from 1970-01-01; and an HMAC of 32 bytes under the server's key.
The HMAC is over these and the name of the account, which is not part of the token: it is good for
that account alone, and says nothing of it. It grants no access. It selects a rate limit of its own
for a known device. A token is valid for 180 days; each log-in with it returns one of the current day.
"""

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac
from secrets import token_bytes

from fastauth.domain.accounts.username import Username
from fastauth.domain.secret_key import SecretKey

PREFIX = "fa_dev_"
"""By which scanners recognise a token that was published by mistake."""

_SHAPE = re.compile(r"fa_dev_[A-Za-z0-9_-]{64}", re.ASCII)
_ID_BYTES, _DAY_BYTES = 14, 2
_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)

VALID = timedelta(days=180)
"""From the beginning of the day on which a token was issued, in UTC."""


class DeviceTokens:
    """Makes device tokens, and recognises those it made.

    ``keys`` are the server's secret keys, the newest first; the older ones are only recognised.
    """

    def __init__(self, *keys: SecretKey) -> None:
        self._seals = [key.derive("dated device token") for key in keys]

    def issue(self, name: Username, *, device: str | None = None, now: datetime) -> str:
        """Return a token for a device on which the owner of `name` has just logged in.

        `device` is its id; without one, it is a new device.
        """
        id_ = bytes.fromhex(device) if device else token_bytes(_ID_BYTES)
        day = (now - _FIRST_DAY).days.to_bytes(_DAY_BYTES, "big")
        return self._with_mac(self._seals[0], id_ + day, name)

    def verify(self, text: str | None, name: Username, *, now: datetime) -> str | None:
        """Return the id of the device; ``None`` if the token was not made for `name`, or is too old."""
        if text is None or not _SHAPE.fullmatch(text):
            return None
        try:
            dated = base64.urlsafe_b64decode(text.removeprefix(PREFIX))[: _ID_BYTES + _DAY_BYTES]
        except binascii.Error:
            return None
        known = [compare_digest(self._with_mac(key, dated, name), text) for key in self._seals]
        issued = _FIRST_DAY + timedelta(days=int.from_bytes(dated[_ID_BYTES:], "big"))
        return dated[:_ID_BYTES].hex() if any(known) and now < issued + VALID else None

    @staticmethod
    def _with_mac(key: bytes, dated: bytes, name: Username) -> str:
        seal = hmac(key, dated + name.canonical.encode(), sha256)
        return PREFIX + base64.urlsafe_b64encode(dated + seal).decode()

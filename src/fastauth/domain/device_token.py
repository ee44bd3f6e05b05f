"""Device tokens: by which an account recognises a device that its owner has used before.

A token is ``fa_dev_`` and 48 bytes in base64url: an id of 16 bytes that is random, and a seal of 32
under the server's key. The seal is over the id and the name of the account, which is not part of the
token: it is good for that account alone, and says nothing of it. It opens nothing. Whoever presents
it guesses from a budget of its own.
"""

import base64
import binascii
import re
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac
from secrets import token_bytes

from fastauth.domain.secret_key import SecretKey
from fastauth.domain.username import Username

PREFIX = "fa_dev_"
"""By which scanners recognise a token that was published by mistake."""

_SHAPE = re.compile(r"fa_dev_[A-Za-z0-9_-]{64}", re.ASCII)
_ID_BYTES = 16


class DeviceTokenMint:
    """Makes device tokens, and recognises those it made.

    ``keys`` are the server's secret keys, the newest first; the older ones are only recognised.
    """

    def __init__(self, *keys: SecretKey) -> None:
        self._seals = [key.derive("device token seal") for key in keys]

    def new(self, name: Username) -> str:
        """Return a token for a device on which the owner of `name` has just logged in."""
        return self._sealed(self._seals[0], token_bytes(_ID_BYTES), name)

    def read(self, text: str | None, name: Username) -> str | None:
        """Return the id of the device; ``None`` if the token is not one that was made for `name`."""
        if text is None or not _SHAPE.fullmatch(text):
            return None
        try:
            device = base64.urlsafe_b64decode(text.removeprefix(PREFIX))[:_ID_BYTES]
        except binascii.Error:
            return None
        known = [compare_digest(self._sealed(key, device, name), text) for key in self._seals]
        return device.hex() if any(known) else None

    @staticmethod
    def _sealed(key: bytes, device: bytes, name: Username) -> str:
        seal = hmac(key, device + name.key.encode(), sha256)
        return PREFIX + base64.urlsafe_b64encode(device + seal).decode()

"""Cursors of lists: opaque to clients, and accepted only if this installation made them for the same list."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest

from fastauth.domain.secret_key import SecretKey, SecretKeys

MAX_CURSOR_LENGTH = 768
"""Characters: room for an e-mail address of 254 characters and a username of 50, in a query of 1 KiB."""

_MAC_BYTES = 16
"""128 bits of HMAC-SHA-256: the length that RFC 2104, section 5, allows as the least."""


class SealedCursors:
    """Makes and reads cursors of keyset pages.

    A cursor has the position of the last row of a page: the values by which the list is ordered. It is
    authenticated and not encrypted, so a position holds nothing that the client has not been given.
    """

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def seal(self, list_name: str, *position: int | str) -> str:
        """Return the cursor of a position in a list: base64url, without padding.

        `list_name` has everything on which the order and the content of the list depend, such as its filter.
        """
        content = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
        return _encoded(self._macs(list_name, content)[0] + content)

    def open(self, list_name: str, cursor: str) -> tuple[int | str, ...] | None:
        """Return the position; ``None`` if `cursor` was not made here, or for another list."""
        if len(cursor) > MAX_CURSOR_LENGTH:
            return None
        try:
            sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            return None
        mac, content = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        is_known = any(compare_digest(mac, known) for known in self._macs(list_name, content))
        if not is_known or _encoded(sealed) != cursor:  # the decoder ignores some characters and bits
            return None
        return tuple(json.loads(content))

    def _macs(self, list_name: str, content: bytes) -> list[bytes]:
        message = json.dumps([list_name, content.decode("latin-1")]).encode()
        return [mac[:_MAC_BYTES] for mac in self._keys.macs("list cursors", message)]


def _encoded(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()

"""Pages of lists, and their cursors.

A cursor is opaque to clients, and accepted only if this installation made it for the same list.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Generic, TypeVar

from fastauth.domain import base64url
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.secret_key import SecretKey, SecretKeys

MAX_CURSOR_LENGTH = 768
"""Characters: room for an e-mail address of 254 characters and a username of 50, in a query of 1 KiB."""

_MAC_BYTES = 16
"""128 bits of HMAC-SHA-256: the length that RFC 2104, section 5, allows as the least."""


NOT_A_PLACE = Violation(
    "after", "not_a_place", "Must be the cursor of another page of the same list, with the same criteria."
)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(Generic[Item]):
    """A page of a list. It may have fewer items than asked for, even none, and yet not be the last."""

    items: tuple[Item, ...] = ()
    next: str | None = None
    """The cursor of the next page; ``None`` after the last one."""


class CursorCodec:
    """Makes and reads cursors of keyset pages.

    A cursor has the position of the last row of a page: the values by which the list is ordered. It is
    authenticated and not encrypted, so a position holds nothing that the client has not been given.
    """

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def encode(self, list_name: str, *position: int | str) -> str:
        """Return the cursor of a position in a list: base64url, without padding.

        `list_name` has everything on which the order and the content of the list depend, such as its filter.
        """
        content = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
        return base64url.encode(self._macs(list_name, content)[0] + content)

    def decode(self, list_name: str, cursor: str) -> tuple[int | str, ...] | None:
        """Return the position; ``None`` if `cursor` was not made here, or for another list."""
        if len(cursor) > MAX_CURSOR_LENGTH:
            return None
        try:
            authenticated = base64url.decode(cursor)
        except ValueError:
            return None
        mac, content = authenticated[:_MAC_BYTES], authenticated[_MAC_BYTES:]
        is_known = any(compare_digest(mac, known) for known in self._macs(list_name, content))
        # The decoder ignores some characters and bits: one position has one cursor.
        if not is_known or base64url.encode(authenticated) != cursor:
            return None
        return tuple(json.loads(content))

    def position(self, list_name: str, cursor: str | None) -> tuple[int | str, ...] | None:
        """Return the position of a cursor; ``None`` for the first page, which has no cursor.

        Raises:
            InvalidInput: `cursor` was not made here, or for another list.
        """
        if cursor is None:
            return None
        position = self.decode(list_name, cursor)
        if position is None:
            raise InvalidInput(NOT_A_PLACE)
        return position

    def page(
        self,
        list_name: str,
        found: Sequence[Item],
        *,
        limit: int,
        position: Callable[[Item], tuple[int | str, ...]],
    ) -> ListPage[Item]:
        """Return the first `limit` of the items that were `found`, one more of which means a next page.

        `position` returns that of an item.
        """
        items = tuple(found[:limit])
        more = len(found) > limit
        return ListPage(items=items, next=self.encode(list_name, *position(items[-1])) if more else None)

    def _macs(self, list_name: str, content: bytes) -> list[bytes]:
        message = json.dumps([list_name, content.decode("latin-1")]).encode()
        return [mac[:_MAC_BYTES] for mac in self._keys.macs("list cursors", message)]

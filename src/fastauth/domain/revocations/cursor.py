"""Cursors of the revocation feed: up to where a client has read."""

import struct
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import datetime

from fastauth.domain import base64url
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.unix_time import from_microseconds, to_microseconds

_HEAD = struct.Struct(">B8sQQ")
_PLACE = struct.Struct(">QB")
_VERSION = 1
_KINDS = tuple(RevocationKind)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last read whose news a client has."""

    reader: bytes
    """8 random bytes: the process that read, since it last began to."""
    number: int
    """Which read of that process it was."""
    read_at: datetime
    """When that read began. The client has everything that was visible then."""
    place: Revocation | None = None
    """The last revocation of an answer that had no room for all; ``None`` if it had."""

    def encode(self) -> str:
        """Return the cursor as clients get it: base64url, at most 256 characters."""
        content = _HEAD.pack(_VERSION, self.reader, self.number, to_microseconds(self.read_at))
        if self.place:
            content += _PLACE.pack(to_microseconds(self.place.at), _KINDS.index(self.place.kind))
            content += self.place.value.encode()
        return base64url.encode(content)

    @classmethod
    def decode(cls, text: str) -> "Cursor | None":
        """Return the cursor; ``None`` if it cannot be read."""
        try:
            content = base64url.decode(text)
            version, reader, number, read_at = _HEAD.unpack_from(content)
            rest = content[_HEAD.size :]
            if version != _VERSION:
                return None
            return cls(reader, number, from_microseconds(read_at), _place(rest) if rest else None)
        except (Base64Error, struct.error, ValueError, LookupError, OverflowError):
            return None


def _place(content: bytes) -> Revocation:
    at, kind = _PLACE.unpack_from(content)
    value = content[_PLACE.size :].decode("ascii")
    if not value or not value.isprintable():  # PostgreSQL refuses NUL in a text
        raise ValueError
    return Revocation(from_microseconds(at), _KINDS[kind], value)

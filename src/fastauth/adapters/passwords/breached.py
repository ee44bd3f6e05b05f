"""Passwords found in published breaches, looked up in a sorted file that the operator supplies.

The file may have any size: a look-up reads about as many blocks as its size has bits, and keeps
none of them.
"""

import os
import re
from hashlib import sha1
from pathlib import Path
from typing import Self

_BLOCK = 512  # bytes of a read; a line of the hash format has at most 60
_MAX_LINE_BYTES = 2_048  # bytes; a password of 256 code points has at most 1024 in UTF-8
_SAMPLES = 64  # lines whose order is looked at when the file is opened
_SHA1_LINE = re.compile(rb"[0-9A-Fa-f]{40}(:\d+)?\r?")
_NTLM_LINE = re.compile(rb"[0-9A-Fa-f]{32}(:\d+)?\r?")


class BreachedPasswords:
    """A set of passwords in a file of sorted lines.

    Two formats are recognised by the first line. ``SHA1`` or ``SHA1:count`` is what Have I Been
    Pwned offers for download, ordered by hash. Anything else is the passwords themselves, as UTF-8,
    in the order of their bytes (``LC_ALL=C sort``).
    """

    def __init__(self, path: Path) -> None:
        """Open the file at `path`; it stays open, so a file that is replaced is read after a restart.

        Raises:
            ValueError: It cannot be read, is empty, or is not in one of the two formats.
        """
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            self._size = os.fstat(self._file).st_size if path.is_file() else 0
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}") from None
        if not self._size:
            raise ValueError("is empty or not a file")
        first = self._line_from(0)[1]
        if _NTLM_LINE.fullmatch(first):
            raise ValueError("has NTLM hashes; passwords are looked up by their SHA-1")
        self._hashed = bool(_SHA1_LINE.fullmatch(first))
        keys = [self._key_of(self._line_from(self._size * part // _SAMPLES)[1]) for part in range(_SAMPLES)]
        found = [key for key in keys if key]
        if found != sorted(found):
            raise ValueError("is not sorted by its bytes; sort it with: LC_ALL=C sort")

    def __contains__(self, password: object) -> bool:
        """Return whether this password is in the file, by a binary search over its lines."""
        encoded = str(password).encode()
        if self._hashed:
            wanted = sha1(encoded, usedforsecurity=False).hexdigest().upper().encode()
        else:
            wanted = encoded
        low, high = 0, self._size
        while low < high:
            middle = (low + high) // 2
            begins, line = self._line_from(middle)
            key = self._key_of(line)
            if begins < high and key == wanted:
                return True
            if begins < high and key < wanted:
                low = begins + len(line) + 1
            else:
                high = middle
        return False

    def __del__(self) -> None:
        """Close the file."""
        if hasattr(self, "_file"):
            os.close(self._file)

    @classmethod
    def from_path(cls, path: Path | None) -> Self | frozenset[str]:
        """Return the set in the file at `path`, or an empty one without a file."""
        return cls(path) if path else frozenset()

    def _key_of(self, line: bytes) -> bytes:
        return line[:40].upper() if self._hashed else line.removesuffix(b"\r")

    def _line_from(self, offset: int) -> tuple[int, bytes]:
        """Return the first line that begins at `offset` or later, and where; the file's end without one."""
        begins = offset
        if offset:
            before = self._up_to_newline(offset - 1)
            begins = offset + len(before)
        if begins >= self._size:
            return self._size, b""
        return begins, self._up_to_newline(begins)

    def _up_to_newline(self, offset: int) -> bytes:
        read = b""
        while len(read) <= _MAX_LINE_BYTES and (block := os.pread(self._file, _BLOCK, offset + len(read))):
            line, newline, _ = block.partition(b"\n")
            read += line
            if newline:
                break
        return read

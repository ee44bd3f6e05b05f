"""Look up passwords of published breaches in a sorted file that the operator provides.

The file may have any size. A look-up is a binary search: it reads about log2(size) blocks and keeps none.
"""

import os
import re
from hashlib import sha1
from pathlib import Path
from typing import Self

_BLOCK = 512  # bytes of one read; a line of the hash format has at most 60
_MAX_LINE_BYTES = 2_048  # bytes; a password of 256 code points has at most 1024 in UTF-8
_SAMPLES = 64  # lines whose order is checked when the file is opened
_SHA1_LINE = re.compile(rb"[0-9A-Fa-f]{40}(:\d+)?\r?")
_NTLM_LINE = re.compile(rb"[0-9A-Fa-f]{32}(:\d+)?\r?")


class BreachedPasswords:
    """A set of passwords in a sorted file.

    The first line decides between two formats. ``SHA1`` or ``SHA1:count``, ordered by hash, is the download
    of Have I Been Pwned. Anything else is a list of passwords in UTF-8, in byte order (``LC_ALL=C sort``).
    """

    def __init__(self, path: Path) -> None:
        """Open the file at `path`. It stays open, so a replaced file takes effect after a restart.

        Raises:
            ValueError: The file cannot be read, is empty, is not sorted, or has NTLM hashes.
        """
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            self._size = os.fstat(self._file).st_size if path.is_file() else 0
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}") from None
        if not self._size:
            raise ValueError("is empty or not a regular file")
        first = self._line_from(0)[1]
        if _NTLM_LINE.fullmatch(first):
            raise ValueError("contains NTLM hashes; use the list of SHA-1 hashes")
        self._hashed = bool(_SHA1_LINE.fullmatch(first))
        keys = [self._key_of(self._line_from(self._size * part // _SAMPLES)[1]) for part in range(_SAMPLES)]
        found = [key for key in keys if key]
        if found != sorted(found):
            raise ValueError("is not in byte order; sort it with: LC_ALL=C sort")

    def __contains__(self, password: object) -> bool:
        """Return whether the file contains this password."""
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
        """Return the set in the file at `path`; an empty one for ``None``."""
        return cls(path) if path else frozenset()

    def _key_of(self, line: bytes) -> bytes:
        return line[:40].upper() if self._hashed else line.removesuffix(b"\r")

    def _line_from(self, offset: int) -> tuple[int, bytes]:
        """Return the offset and content of the first line that begins at `offset` or later; else the end."""
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

"""Read the lines of a UTF-8 file with a limit on their length."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from fastauth.domain.errors import Violation

MAX_RECORD_BYTES = 64 * 1024
"""Maximum size of a line, a CSV record or a JSON entry. An account has a few hundred bytes."""

Row = Mapping[str, object] | Violation
"""The values of an entry by column name, or the reason why it has none."""


class UnreadableFile(Exception):
    """The file cannot be read from here on. The message has the position."""


def lines(file: BinaryIO) -> Iterator[tuple[int, str | Violation]]:
    """Yield every line with its number, from 1."""
    number = 0
    while line := file.readline(MAX_RECORD_BYTES):
        number += 1
        if len(line) == MAX_RECORD_BYTES and not line.endswith(b"\n"):
            _skip_line(file)
            yield number, Violation("line", "too_long", f"Must have less than {MAX_RECORD_BYTES} bytes.")
            continue
        try:
            yield number, line.decode()
        except UnicodeDecodeError:
            yield number, Violation("line", "not_utf_8", "Must be UTF-8.")


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(MAX_RECORD_BYTES)) and not rest.endswith(b"\n"):
        pass

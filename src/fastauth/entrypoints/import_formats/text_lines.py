"""The lines of a file in UTF-8, none of them longer than memory should have to hold."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from fastauth.domain.errors import Violation

MAX_RECORD_BYTES = 64 * 1024
"""Of a line, of a record of CSV, or of an entry in JSON. An account has some hundred."""

Row = Mapping[str, object] | Violation
"""What stands at one place: the values of an account by their names, or what is wrong there."""


class UnreadableFile(Exception):
    """Where it stands, and from there on, no accounts can be made out."""


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

"""JSON, an object in each line or all of them in one array."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from fastauth.domain.errors import Violation
from fastauth.entrypoints.dumps.lines import MOST_BYTES, DumpUnreadable, Row, lines

_BETWEEN = re.compile(r"[ \t\r\n,]*")


def json_lines(file: BinaryIO) -> Iterator[tuple[int, Row]]:
    """Yield the object in each line that is not empty."""
    for number, line in lines(file):
        if isinstance(line, Violation):
            yield number, line
        elif line.strip():
            yield number, _object(line)


def _object(line: str) -> Row:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Violation("line", "not_json", "Must be JSON.")
    return _row(value, unit="line")


def _row(value: object, *, unit: str) -> Row:
    if isinstance(value, dict):
        return value
    return Violation(unit, "not_an_object", "Must be a JSON object.")


def json_entries(file: BinaryIO) -> Iterator[tuple[int, Row]]:
    """Yield the objects of an array, of which no more is in memory than one and what was read with it.

    Raises:
        DumpUnreadable: What follows is no JSON, or the array does not end.
    """
    array = _Array(codecs.getreader("utf-8")(file))
    place = 0
    while array.goes_on(after=place):
        place += 1
        yield place, _row(array.next(place), unit="entry")


class _Array:
    """A JSON array that is read as it is taken apart."""

    def __init__(self, source: codecs.StreamReader) -> None:
        self._source = source
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._skip(after=0)
        self._at += 1  # the bracket

    def goes_on(self, *, after: int) -> bool:
        """Say whether another entry follows."""
        self._skip(after=after)
        return self._text[self._at] != "]"

    def next(self, place: int) -> object:
        """Return what stands here, and read on until it is whole."""
        while True:
            try:
                value, self._at = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                break
            except ValueError:
                if len(self._text) - self._at > MOST_BYTES or not self._read():
                    break
            else:
                return value
        raise DumpUnreadable(f"entry {place}: it is not JSON, or longer than {MOST_BYTES} characters")

    def _skip(self, *, after: int) -> None:
        """Go to the next character that means something."""
        while (found := _BETWEEN.match(self._text, self._at)) and found.end() == len(self._text):
            self._at = found.end()
            if not self._read():
                raise DumpUnreadable(f"entry {after}: the file ends behind it, and its array does not")
        self._at = found.end() if found else self._at

    def _read(self) -> int:
        """Read some more, forget what is behind, and return how much it was."""
        try:
            more = self._source.read(MOST_BYTES)
        except UnicodeDecodeError:
            raise DumpUnreadable("it is not UTF-8") from None
        self._text, self._at = self._text[self._at :] + more, 0
        return len(more)

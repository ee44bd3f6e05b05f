"""Read JSON: an object in each line, an array of objects, or an array within an object.

The streaming parser is our own. ijson 3.6 was tried instead (ADR 0019): it replaces a lone surrogate by
``?``, so another username would be imported. Its messages quote the file, which has password hashes. Its C
parser crashes on an integer of 5000 digits.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from fastauth.domain.errors import Violation
from fastauth.entrypoints.import_formats.column_names import SYNONYMS, fold
from fastauth.entrypoints.import_formats.text_lines import MAX_RECORD_BYTES, Row, UnreadableFile, lines

_BETWEEN = re.compile(r"[ \t\r\n,]*")
_BLANK = re.compile(r"[ \t\r\n]*")
_LISTS = frozenset(
    {"users", "accounts", "data", "items", "results", "records", "members", "people", "user", "rows"}
)
"""Folded names of the array of accounts within an object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. Raise `ValueError` if a name is duplicate: it is unclear which value is meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def begins_with_lines(start: bytes) -> bool:
    """Return whether a text that begins with a brace is JSON lines."""
    first, ends, _ = start.lstrip().partition(b"\n")
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return bool(ends) and first.rstrip().endswith(b"}")  # a damaged line
    return not _holds_a_list(value)


def _is_account(names: Iterable[str]) -> bool:
    return any(fold(name) in SYNONYMS["password"] for name in names)


def _holds_a_list(value: object) -> bool:
    return (
        isinstance(value, dict)
        and not _is_account(value)
        and any(
            fold(name) in _LISTS
            and isinstance(entries, list)
            and all(isinstance(each, dict) for each in entries)
            for name, entries in value.items()
        )
    )


def json_lines(file: BinaryIO) -> Iterator[tuple[int, Row]]:
    """Yield the object of each line that is not empty."""
    for number, line in lines(file):
        if isinstance(line, Violation):
            yield number, line
        elif line.strip():
            yield number, _of_line(line)


def _of_line(line: str) -> Row:
    try:
        value = json.loads(line, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return Violation("line", "not_json", "Must be JSON, with no name twice in an object.")
    return _row(value, unit="line")


def _row(value: object, *, unit: str) -> Row:
    if isinstance(value, dict):
        return value
    return Violation(unit, "not_an_object", "Must be a JSON object.")


def json_entries(file: BinaryIO) -> Iterator[tuple[int, Row]]:
    """Yield the objects of an array. At most one entry and one chunk of the file are in memory.

    The array is the whole text, or a member of an object. An object without such an array is an account, and
    more may follow it.

    Raises:
        UnreadableFile: The rest is not JSON, or the array does not end.
    """
    source = _Source(codecs.getreader("utf-8")(file))
    place = 0
    while source.next_character(_BETWEEN):
        if source.take("["):
            for value in source.entries(place):
                place += 1
                yield place, _row(value, unit="entry")
            return
        if not source.take("{"):
            raise UnreadableFile(f"entry {place + 1}: it is not JSON")
        members: dict[str, object] = {}
        found = False
        for name in source.names(place + 1):
            if fold(name) in _LISTS and not _is_account(members) and source.begins_list_of_objects():
                found = True
                for value in source.entries(place):
                    place += 1
                    yield place, _row(value, unit="entry")
            else:
                members[name] = source.value(place + 1)
        if not found:
            place += 1
            yield place, members


class _Source:
    """A cursor in JSON text that is read in chunks."""

    def __init__(self, source: codecs.StreamReader) -> None:
        self._source = source
        self._decoder = json.JSONDecoder(object_pairs_hook=_object)
        self._text = ""
        self._at = 0

    def next_character(self, skipping: re.Pattern[str] = _BLANK) -> str:
        """Skip to the next significant character and return it, or an empty string at the end."""
        while True:
            found = skipping.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read():
                return ""

    def take(self, character: str) -> bool:
        """Consume `character` if it comes next. Return whether it did."""
        taken = self.next_character() == character
        self._at += taken
        return taken

    def entries(self, before: int) -> Iterator[object]:
        """Yield the values of an array up to its end. The opening bracket is consumed already."""
        place = before
        while (character := self.next_character(_BETWEEN)) != "]":
            if not character:
                raise UnreadableFile(f"entry {place}: the file ends here, and the array does not")
            place += 1
            yield self.value(place)
        self._at += 1

    def names(self, place: int) -> Iterator[str]:
        """Yield the names of an object up to its end. The caller consumes each value."""
        seen: set[str] = set()
        while (character := self.next_character(_BETWEEN)) != "}":
            name = self.value(place) if character == '"' else None
            if not isinstance(name, str) or name in seen or not self.take(":"):
                raise UnreadableFile(f"entry {place}: it is not JSON, or has a name twice")
            seen.add(name)
            yield name
        self._at += 1

    def begins_list_of_objects(self) -> bool:
        """Consume the start of an array that is empty or begins with an object. Return whether it did."""
        if self.next_character() != "[":
            return False
        while (after := _BLANK.match(self._text, self._at + 1)) and after.end() == len(self._text):
            if not self._read():
                break
        is_list = after is not None and self._text[after.end() : after.end() + 1] in ("{", "]")
        self._at += is_list
        return is_list

    def value(self, place: int) -> object:
        """Return the next value, and read the file until it is complete."""
        self.next_character()
        while True:
            try:
                value, self._at = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                break
            except ValueError:
                if len(self._text) - self._at > MAX_RECORD_BYTES or not self._read():
                    break
            else:
                return value
        reason = f"it is not JSON, is longer than {MAX_RECORD_BYTES} characters, or has a duplicate name"
        raise UnreadableFile(f"entry {place}: {reason}")

    def _read(self) -> int:
        """Drop the consumed text, read a chunk, and return its length."""
        try:
            more = self._source.read(MAX_RECORD_BYTES)
        except UnicodeDecodeError:
            raise UnreadableFile("it is not UTF-8") from None
        self._text, self._at = self._text[self._at :] + more, 0
        return len(more)

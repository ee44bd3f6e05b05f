"""Read CSV (RFC 4180) whose first line that is not empty has the column names."""

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.entrypoints.import_formats.column_names import Columns
from fastauth.entrypoints.import_formats.columns import describe_column
from fastauth.entrypoints.import_formats.text_lines import MAX_RECORD_BYTES, Row, UnreadableFile, lines

_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)
"""The first line by which Excel declares the delimiter."""


def csv_rows(file: BinaryIO, columns: Columns) -> Iterator[tuple[int, Row]]:
    """Yield the rows below the header, each with the number of its first line.

    Raises:
        UnreadableFile: The header lacks a required column or has a duplicate one.
    """
    source = _Lines(file)
    header = source.header()
    delimiter = ""
    if announced := _SEPARATOR.fullmatch(header.strip()):
        delimiter, header = announced[1], source.header()
    delimiter = delimiter or max(_DELIMITERS, key=header.count)
    where = f"line {source.number or 1}"
    try:
        names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
    except csv.Error:
        raise UnreadableFile(f"{where}: it is not CSV") from None
    while names and not names[-1]:
        names.pop()
    mapping = columns.mapping(names)
    for wanted in ("username", "password"):
        if not mapping.fields[wanted]:
            raise UnreadableFile(f"{where}: none of its columns is {describe_column(columns, wanted)}")
    lowered = [name.lower() for name in names]
    for name in lowered:
        if lowered.count(name) > 1:
            raise UnreadableFile(f"{where}: two of its columns have one name")
    return _rows(source, names, delimiter)


def _rows(source: "_Lines", names: list[str], delimiter: str) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        begins = source.begin_record()
        try:
            values = next(reader)
        except StopIteration:
            return
        except InvalidInput as error:
            yield source.number, error.violations[0]
        except csv.Error:
            yield begins, Violation("line", "not_csv", "Must be CSV: look for a quotation that does not end.")
        else:
            if values:
                yield begins, _row(names, values)


def _row(names: list[str], values: list[str]) -> Row:
    if len(values) < len(names) or any(values[len(names) :]):
        wrong = f"Must have {len(names)} fields like the first line, and has {len(values)}."
        return Violation("line", "wrong_columns", wrong)
    return dict(zip(names, values, strict=False))


class _Lines:
    """The lines for `csv.reader`. Iteration can continue after a line that raised."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = lines(file)
        self._length = 0
        self.number = 0

    def header(self) -> str:
        """Return the next line that is not empty, or an empty string at the end."""
        try:
            while (line := next(self, None)) is not None:
                if line.strip():
                    return line
        except InvalidInput as error:
            raise UnreadableFile(f"line {self.number}: {error.violations[0].detail}") from None
        return ""

    def begin_record(self) -> int:
        """Return the number of the first line of the next record."""
        self._length = 0
        return self.number + 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        if isinstance(line, Violation):
            raise InvalidInput(line)
        self._length += len(line)
        if self._length > MAX_RECORD_BYTES:  # a quotation that spans many lines
            raise csv.Error
        return line

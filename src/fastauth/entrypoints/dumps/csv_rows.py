"""CSV (RFC 4180) with the names of its columns in the first line."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.entrypoints.dumps.accounts import HASHES, USERNAMES
from fastauth.entrypoints.dumps.lines import DumpUnreadable, Row, lines

_DELIMITERS = ",;\t"


def csv_rows(file: BinaryIO) -> Iterator[tuple[int, Row]]:
    """Return the rows below the header, by the numbers of the lines where they begin.

    Raises:
        DumpUnreadable: The header does not name what is needed, or names something twice.
    """
    source = _Lines(file)
    header = source.header()
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        columns = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter))]
    except csv.Error:
        raise DumpUnreadable("line 1: it is not CSV") from None
    for wanted in (USERNAMES, HASHES):
        if not set(wanted) & set(columns):
            raise DumpUnreadable(f"line 1: none of its columns is {' or '.join(wanted)}")
    for name in columns:
        if columns.count(name) > 1:
            raise DumpUnreadable("line 1: two of its columns have one name")
    return _rows(source, columns, delimiter)


def _rows(source: "_Lines", columns: list[str], delimiter: str) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        begins = source.number + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except InvalidInput as error:
            yield source.number, error.violations[0]
        except csv.Error:
            yield begins, Violation("line", "not_csv", "Must be CSV: look for a quotation that does not end.")
        else:
            if len(values) == len(columns):
                yield begins, dict(zip(columns, values, strict=True))
            elif values:
                wrong = f"Must have {len(columns)} fields like the first line, and has {len(values)}."
                yield begins, Violation("line", "wrong_columns", wrong)


class _Lines:
    """What `csv.reader` reads. It goes on behind a line that raised."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = lines(file)
        self.number = 0

    def header(self) -> str:
        try:
            return next(self, "")
        except InvalidInput as error:
            raise DumpUnreadable(f"line 1: {error.violations[0].detail}") from None

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        if isinstance(line, Violation):
            raise InvalidInput(line)
        return line

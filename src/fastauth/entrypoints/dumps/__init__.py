"""Dumps of accounts as other systems write them, read an entry at a time.

=================  ======================================================================
A file that begins  is taken for
=================  ======================================================================
with ``[``         a fixture by Django's ``dumpdata``
with ``{``         JSON lines: ``dumpdata --format jsonl``, or an object for each account
otherwise          CSV with the names of its columns in the first line
=================  ======================================================================
"""

import codecs
from collections.abc import Iterator
from io import BufferedReader

from fastauth.application.import_users import Candidate, Outcome, Verdict
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.entrypoints.dumps.accounts import candidate, unwrapped
from fastauth.entrypoints.dumps.csv_rows import csv_rows
from fastauth.entrypoints.dumps.json_rows import json_entries, json_lines
from fastauth.entrypoints.dumps.lines import DumpUnreadable as DumpUnreadable
from fastauth.entrypoints.dumps.lines import Row

_UTF_16_AND_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # the mark of UTF-32 begins with one of them


class Dump:
    """A file of accounts, of whichever format it shows to be."""

    def __init__(self, file: BufferedReader) -> None:
        """Look at the beginning of a file.

        Raises:
            DumpUnreadable: It is in UTF-16, or is CSV without a column that is needed.
        """
        beginning = file.peek()
        if beginning.startswith(_UTF_16_AND_32):
            raise DumpUnreadable("it is in UTF-16; save it as UTF-8")
        if beginning.startswith(codecs.BOM_UTF8):
            file.read(len(codecs.BOM_UTF8))
        first = beginning.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
        read = {b"[": json_entries, b"{": json_lines}.get(first, csv_rows)
        self.unit = "entry" if read is json_entries else "line"
        """What the places of its entries count."""
        self._file = file
        self._rows = read(file)

    @property
    def position(self) -> int:
        """How many bytes were read, or 0 where that is not known."""
        return self._file.tell() if self._file.seekable() else 0

    def __iter__(self) -> Iterator[Candidate | Verdict]:
        """Read what there is.

        Raises:
            DumpUnreadable: From here on nothing can be made out.
        """
        return (_judged(place, row) for place, row in self._rows)


def _judged(place: int, row: Row) -> Candidate | Verdict:
    if isinstance(row, Violation):
        return Verdict(place, Outcome.REFUSED, (row,))
    account = unwrapped(row)
    if account is None:
        return Verdict(place, Outcome.PASSED_OVER)
    try:
        return candidate(place, account)
    except InvalidInput as error:
        return Verdict(place, Outcome.REFUSED, error.violations)

"""Dumps of accounts as other systems write them, read an entry at a time.

===============================  ============================================================
A file that begins               is taken for
===============================  ============================================================
with ``[``                       an array of accounts, or a fixture by Django's ``dumpdata``
with ``{`` and ends it in line   JSON lines: an object for each account, or for each of a fixture
with ``{`` otherwise             an object with an array of accounts, or indented accounts
otherwise                        CSV with the names of its columns in the first line
===============================  ============================================================
"""

from collections.abc import Iterator
from functools import partial
from io import BufferedReader

from fastauth.application.accounts.import_record import ImportRecord, ImportResult, Outcome
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.entrypoints.import_formats.column_names import SYNONYMS as SYNONYMS
from fastauth.entrypoints.import_formats.column_names import Columns as Columns
from fastauth.entrypoints.import_formats.column_names import ImportNotes as ImportNotes
from fastauth.entrypoints.import_formats.column_names import folded as folded
from fastauth.entrypoints.import_formats.columns import RecordReader as RecordReader
from fastauth.entrypoints.import_formats.csv_reader import csv_rows
from fastauth.entrypoints.import_formats.encodings import open_as_utf8
from fastauth.entrypoints.import_formats.json_reader import begins_with_lines, json_entries, json_lines
from fastauth.entrypoints.import_formats.text_lines import Row
from fastauth.entrypoints.import_formats.text_lines import UnreadableFile as UnreadableFile


class ImportFile:
    """A file of accounts, of whichever format it shows to be."""

    def __init__(self, file: BufferedReader, reader: RecordReader | None = None) -> None:
        """Look at the beginning of a file.

        Raises:
            UnreadableFile: Its encoding cannot be read, or it is CSV without a column that is needed.
        """
        self._reader = reader or RecordReader()
        self._file = file
        start, source = open_as_utf8(file)
        first = start.lstrip()[:1]
        if first == b"[" or (first == b"{" and not begins_with_lines(start)):
            self.unit, read = "entry", json_entries
        else:
            self.unit = "line"
            read = json_lines if first == b"{" else partial(csv_rows, columns=self._reader.columns)
        self._rows = read(source)

    @property
    def position(self) -> int:
        """How many bytes were read, or 0 where that is not known."""
        return self._file.tell() if self._file.seekable() else 0

    @property
    def notes(self) -> ImportNotes:
        """What is worth telling of what was read so far."""
        return self._reader.notes

    def __iter__(self) -> Iterator[ImportRecord | ImportResult]:
        """Read what there is.

        Raises:
            UnreadableFile: From here on nothing can be made out.
        """
        return (self._judged(place, row) for place, row in self._rows)

    def _judged(self, place: int, row: Row) -> ImportRecord | ImportResult:
        if isinstance(row, Violation):
            return ImportResult(place, Outcome.REJECTED, (row,))
        account = self._reader.account_in(row)
        if account is None:
            return ImportResult(place, Outcome.SKIPPED)
        try:
            return self._reader.candidate(place, account)
        except InvalidInput as error:
            return ImportResult(place, Outcome.REJECTED, error.violations)

"""Readers of account exports from other systems, one entry at a time.

===============================  ============================================================
A file that begins               is read as
===============================  ============================================================
with ``[``                       an array of accounts, or a fixture by Django's ``dumpdata``
with ``{``, closed in its line   JSON lines: an object for each account or entry of a fixture
with ``{`` otherwise             an object with an array of accounts, or indented accounts
otherwise                        CSV with the names of its columns in the first line
===============================  ============================================================
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from io import BufferedReader
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from fastauth.application.accounts.import_record import ImportRecord, ImportResult, Outcome
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.entrypoints.import_formats.column_names import SYNONYMS as SYNONYMS
from fastauth.entrypoints.import_formats.column_names import Columns as Columns
from fastauth.entrypoints.import_formats.column_names import ImportNotes as ImportNotes
from fastauth.entrypoints.import_formats.column_names import fold as fold
from fastauth.entrypoints.import_formats.columns import RecordReader as RecordReader
from fastauth.entrypoints.import_formats.csv_reader import csv_rows
from fastauth.entrypoints.import_formats.encodings import open_as_utf8
from fastauth.entrypoints.import_formats.json_reader import begins_with_lines, json_entries, json_lines
from fastauth.entrypoints.import_formats.related_entries import RelatedEntries
from fastauth.entrypoints.import_formats.text_lines import Row
from fastauth.entrypoints.import_formats.text_lines import UnreadableFile as UnreadableFile

_FIXTURE = re.compile(rb'"model"\s*:')


class ImportFile:
    """A file of accounts, whose format is detected from its beginning."""

    def __init__(self, file: BufferedReader, reader: RecordReader | None = None) -> None:
        """Detect the format of a file.

        Raises:
            UnreadableFile: The encoding is invalid, or the file is CSV without a required column.
        """
        self._reader = reader or RecordReader()
        self._file = file
        self._related: RelatedEntries | None = None
        self._opened = ExitStack()
        start, source = open_as_utf8(file)
        first = start.lstrip()[:1]
        if first == b"[" or (first == b"{" and not begins_with_lines(start)):
            self.unit, read = "entry", json_entries
        else:
            self.unit = "line"
            read = json_lines if first == b"{" else partial(csv_rows, columns=self._reader.columns)
        if first in {b"[", b"{"} and _FIXTURE.search(start):
            source = self._read_related(read, source)
        self._rows = read(source)

    @property
    def position(self) -> int:
        """The number of bytes read, or 0 if the file is not seekable."""
        return self._file.tell() if self._file.seekable() else 0

    @property
    def notes(self) -> ImportNotes:
        """Notes on the part of the file that was read."""
        return self._reader.notes

    def __iter__(self) -> Iterator[ImportRecord | ImportResult]:
        """Yield a record, or the result for an entry that cannot be one.

        Raises:
            UnreadableFile: The rest of the file cannot be read.
        """
        with self._opened:
            for place, row in self._rows:
                yield self._result(place, row)

    def _result(self, place: int, row: Row) -> ImportRecord | ImportResult:
        if isinstance(row, Violation):
            return ImportResult(place, Outcome.REJECTED, (row,))
        account = self._reader.account_in(row)
        if account is None:
            return ImportResult(place, Outcome.SKIPPED)
        try:
            record = self._reader.record(place, account)
        except InvalidInput as error:
            return ImportResult(place, Outcome.REJECTED, error.violations)
        return self._related.complete(record, account.get("pk")) if self._related else record

    def _read_related(
        self, read: Callable[[BinaryIO], Iterator[tuple[int, Row]]], source: BinaryIO
    ) -> BinaryIO:
        """Read the whole file for what belongs to its accounts, and return it from its beginning.

        A file that is damaged raises here, before an account is stored without its second factor.
        """
        with ExitStack() as opened:
            ignored = self._reader.columns.ignored
            self._related = opened.enter_context(closing(RelatedEntries(ignored=ignored)))
            if self._file.seekable():
                self._related.read(row for _, row in read(source))
                self._file.seek(0)
                source = open_as_utf8(self._file)[1]
            else:
                copy = cast("BinaryIO", opened.enter_context(TemporaryFile()))
                shutil.copyfileobj(source, copy)
                copy.seek(0)
                self._related.read(row for _, row in read(copy))
                copy.seek(0)
                source = copy
            self._opened = opened.pop_all()
        return source

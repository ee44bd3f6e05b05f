"""Tests of many rows in one function: a test for each row would cost more than what it tests."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def row(name: object) -> Iterator[None]:
    """Name the row in the failure that the block raises."""
    try:
        yield
    except BaseException as failure:
        failure.add_note(f"row: {name!r}")
        raise

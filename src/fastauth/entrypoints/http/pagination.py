"""Keyset pagination: ``?limit=`` and ``?after=``, and a ``Link`` header (RFC 8288) to the next page."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query

from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.sessions.session import PAGE_SIZE, SessionCursor, SessionId
from fastauth.domain.unix_time import from_microseconds, to_microseconds

_LIMIT = re.compile(r"[0-9]{1,3}", re.ASCII)
_AFTER = re.compile(r"([0-9]{1,16})-([0-9a-f]{32})", re.ASCII)

Repeatable = Annotated[list[str] | None, Query(include_in_schema=False)]
"""All values of a query parameter, in the order sent. `parse_page` validates them."""

PAGE_PARAMETERS: dict[str, Any] = {
    "parameters": [
        {
            "name": "limit",
            "in": "query",
            "required": False,
            "description": "Maximum number of sessions.",
            "schema": {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE, "default": PAGE_SIZE},
        },
        {
            "name": "after",
            "in": "query",
            "required": False,
            "description": "Start of the page, from the `Link` header of the previous page.",
            "schema": {"type": "string", "pattern": f"^{_AFTER.pattern}$"},
        },
    ]
}
"""The query parameters, for the OpenAPI document."""

PAGE_HEADERS: dict[str, Any] = {
    "headers": {
        "Link": {
            "description": 'Where there are more: the next page, with `rel="next"` (RFC 8288).',
            "schema": {"type": "string"},
        }
    }
}
"""The response header, for the OpenAPI document."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The requested part of a list."""

    limit: int = PAGE_SIZE
    after: SessionCursor | None = None


def parse_page(*, limits: Repeatable, afters: Repeatable) -> PageRequest:
    """Parse the query parameters of a page.

    Raises:
        InvalidInput: A parameter is repeated or malformed.
    """
    limit, after = PAGE_SIZE, None
    with ViolationCollector() as noting:
        with noting:
            limit = _limit(_single("limit", limits))
        with noting:
            after = _after(_single("after", afters))
    return PageRequest(limit, after)


def next_page_link(cursor: SessionCursor, *, limit: int) -> str:
    """Return the ``Link`` header for the page after `cursor`. The URL is relative to the current page."""
    microseconds = to_microseconds(cursor.created_at)
    return f'<?limit={limit}&after={microseconds}-{cursor.id}>; rel="next"'


def _single(name: str, values: Repeatable) -> str | None:
    if values and len(values) > 1:
        raise InvalidInput(Violation(name, "duplicate", "Must be given once at most."))
    return values[0] if values else None


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE_SIZE
    if not _LIMIT.fullmatch(text) or not 1 <= int(text) <= PAGE_SIZE:
        raise InvalidInput(Violation("limit", "out_of_range", f"Must be a number from 1 to {PAGE_SIZE}."))
    return int(text)


def _after(text: str | None) -> SessionCursor | None:
    if text is None:
        return None
    found = _AFTER.fullmatch(text)
    if found is None:
        raise InvalidInput(
            Violation("after", "not_a_place", "Must be taken from the header Link of another page.")
        )
    at, session_id = found.groups()
    return SessionCursor(from_microseconds(int(at)), SessionId(session_id))

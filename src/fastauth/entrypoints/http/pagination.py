"""Keyset pagination: ``?limit=`` and ``?after=``, and a ``Link`` header (RFC 8288) to the next page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.sessions.session import PAGE_SIZE, SessionCursor, SessionId
from fastauth.domain.unix_time import from_microseconds, to_microseconds
from fastauth.entrypoints.http.query import QueryValues, single_value

_NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)
_AFTER = re.compile(r"([0-9]{1,16})-([0-9a-f]{32})", re.ASCII)

SESSION_PAGE_PARAMETERS: dict[str, Any] = {
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
"""The query parameters of a list of sessions, for the OpenAPI document."""

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
class SessionPageRequest:
    """The requested part of a list of sessions."""

    limit: int = PAGE_SIZE
    after: SessionCursor | None = None


def parse_limit(text: str | None, *, default: int, maximum: int) -> int:
    """Return the number of entries of a page.

    Raises:
        InvalidInput: It is no number from 1 to `maximum`.
    """
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= maximum:
        raise InvalidInput(Violation("limit", "out_of_range", f"Must be a number from 1 to {maximum}."))
    return int(text)


def page_parameters(*, default: int, maximum: int) -> dict[str, dict[str, Any]]:
    """Return the schemas of ``limit`` and ``after``, for the OpenAPI document."""
    return {
        "limit": {"type": "integer", "minimum": 1, "maximum": maximum, "default": default},
        "after": {"type": "string", "description": "The cursor in the `Link` header of the previous page."},
    }


def next_link(values: Mapping[str, str], cursor: str) -> str:
    """Return the ``Link`` header of the next page: the same query behind `cursor`."""
    return f'<?{urlencode({**values, "after": cursor})}>; rel="next"'


def parse_session_page(*, limits: QueryValues, afters: QueryValues) -> SessionPageRequest:
    """Parse the query parameters of a page of sessions.

    Raises:
        InvalidInput: A parameter is repeated or malformed.
    """
    limit, after = PAGE_SIZE, None
    with ViolationCollector() as collecting:
        with collecting:
            limit = parse_limit(single_value("limit", limits), default=PAGE_SIZE, maximum=PAGE_SIZE)
        with collecting:
            after = _after(single_value("after", afters))
    return SessionPageRequest(limit, after)


def next_session_page_link(cursor: SessionCursor, *, limit: int) -> str:
    """Return the ``Link`` header for the page after `cursor`. The URL is relative to the current page."""
    microseconds = to_microseconds(cursor.created_at)
    return f'<?limit={limit}&after={microseconds}-{cursor.id}>; rel="next"'


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

"""``/console/audit``: the audit trail."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.audit.event import EventType
from fastauth.domain.audit.trail import AuditEntry
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.list_cursor import ListPage
from fastauth.domain.roles.permissions import READ_AUDIT
from fastauth.entrypoints.http.pages.console.console_page import PAGE_SIZE, ConsolePage, ConsolePageDep
from fastauth.entrypoints.http.pages.console.ids import parse_user_id
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/console/audit", route_class=PageRoute, include_in_schema=False)
TYPES = tuple(each.value for each in EventType)


@router.api_route("", methods=["GET", "HEAD"])
async def list_events(page: ConsolePageDep) -> Response:
    """Return the events that match, the newest first, page by page."""
    page.acting.require(READ_AUDIT)
    query = page.query("user", "type", "since", "until", "after")
    found, error = await page.find(_find(page, query))
    return page.show("audit.html", error=error, section="audit", found=found, query=query, types=TYPES)


async def _find(page: ConsolePage, query: dict[str, str]) -> ListPage[AuditEntry]:
    until = _day("until", query["until"])
    return await page.container.read_events_by_admin()(
        acting=page.acting,
        user_id=parse_user_id(query["user"]) if query["user"] else None,
        event_type=EventType(query["type"]) if query["type"] in TYPES else None,
        since=_day("since", query["since"]),
        until=until + timedelta(days=1) if until else None,
        after=query["after"] or None,
        limit=PAGE_SIZE,
    )


def _day(field: str, text: str) -> datetime | None:
    """Return the beginning of a day in UTC.

    Raises:
        InvalidInput: The text is no date such as 2026-11-26, of the years 1970 to 2999.
    """
    with suppress(ValueError):
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        if 1970 <= day.year < 3000:  # noqa: PLR2004  the years above
            return day
    if text:
        raise InvalidInput(Violation(field, "not_a_date", "Must be a date such as 2026-11-26."))
    return None

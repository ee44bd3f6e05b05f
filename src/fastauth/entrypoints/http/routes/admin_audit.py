"""``/admin/audit``: the audit trail."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from fastauth.application.administration.read_events_by_admin import DEFAULT_LIMIT, MAX_LIMIT
from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.audit.trail import AuditEntry
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.principals.principal import Principal
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.dependencies import PRINCIPAL_ERRORS, ContainerDep, PrincipalDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.pagination import PAGE_HEADERS, next_link, page_parameters, parse_limit
from fastauth.entrypoints.http.path_ids import UserIdDep
from fastauth.entrypoints.http.query import QueryValues, query_parameters, single_values
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/admin", tags=["administration"], route_class=StrictJSONRoute)

_PARAMETERS = query_parameters(
    type={"type": "string", "enum": [each.value for each in EventType]},
    since={"type": "string", "format": "date-time", "description": "With an offset, such as `Z`."},
    until={"type": "string", "format": "date-time", "description": "Exclusive."},
    **page_parameters(default=DEFAULT_LIMIT, maximum=MAX_LIMIT),
)


class AuditEventResponse(BaseModel):
    """An event of the audit trail."""

    id: int = Field(examples=[42])
    type: str = Field(examples=["user_disabled"])
    occurred_at: datetime
    user_id: int | None = Field(description="The account that it is about.")
    username: str | None = Field(description="Its username now; null if there is no such account any more.")
    session_id: str | None
    detail: str | None = Field(description="A role, a signing key or a passkey.")
    actor: str | None = Field(description="client, operator or system", examples=["client"])
    actor_id: int | None = Field(description="The account that acted on another one.")
    client_id: str | None = Field(description="The OAuth client that acted.")
    address: str | None = Field(examples=["192.0.2.1"])

    @classmethod
    def of(cls, entry: AuditEntry) -> "AuditEventResponse":
        """Return the event as it is sent."""
        event, source = entry.event, entry.source
        return cls(
            id=entry.id,
            type=event.type.value,
            occurred_at=event.occurred_at,
            user_id=event.user_id,
            username=entry.username,
            session_id=event.session_id,
            detail=event.detail,
            actor=source.actor.value if source else None,
            actor_id=source.actor_id if source else None,
            client_id=source.client_id if source else None,
            address=source.address if source else None,
        )


async def _query(  # noqa: PLR0913, PLR0917  a parameter of FastAPI each, so that the query is read
    request: Request,
    type: QueryValues = None,  # noqa: A002  its public name
    since: QueryValues = None,
    until: QueryValues = None,
    limit: QueryValues = None,
    after: QueryValues = None,
) -> dict[str, str]:
    return single_values(request, type=type, since=since, until=until, limit=limit, after=after)


QueryDep = Annotated[dict[str, str], Depends(_query)]


def _time(name: str, text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat(text) if text is not None else None
        if time is not None and time.tzinfo is None:
            raise ValueError  # noqa: TRY301  handled like any other text
        return time.astimezone(UTC) if time else None
    except (ValueError, OverflowError):
        detail = "Must be a time by RFC 3339 with an offset, such as 2026-11-26T12:00:00Z."
        raise InvalidInput(Violation(name, "not_allowed", detail)) from None


def _type(text: str | None) -> EventType | None:
    try:
        return EventType(text) if text is not None else None
    except ValueError:
        raise InvalidInput(Violation("type", "not_allowed", "Must be the type of an event.")) from None


async def _page(
    container: Container,
    acting: Principal,
    values: dict[str, str],
    response: Response,
    user_id: UserId | None,
) -> list[AuditEventResponse]:
    page = await container.read_events_by_admin()(
        acting=acting,
        user_id=user_id,
        event_type=_type(values.get("type")),
        since=_time("since", values.get("since")),
        until=_time("until", values.get("until")),
        after=values.get("after"),
        limit=parse_limit(values.get("limit"), default=DEFAULT_LIMIT, maximum=MAX_LIMIT),
    )
    if page.next:
        response.headers["Link"] = next_link(values, page.next)
    return [AuditEventResponse.of(entry) for entry in page.items]


@router.get(
    "/audit",
    summary="Read the audit trail",
    responses={**problems(*PRINCIPAL_ERRORS, query=True), 200: PAGE_HEADERS},
    openapi_extra=_PARAMETERS,
)
async def read_events_by_admin(
    values: QueryDep, response: Response, acting: PrincipalDep, container: ContainerDep
) -> list[AuditEventResponse]:
    """Return events of all accounts, the newest first.

    With `type` a page may have fewer events than `limit` although more follow: the last page is the one
    without a `Link`. Needs `fastauth:audit.read`.
    """
    return await _page(container, acting, values, response, None)


@router.get(
    "/users/{user_id:id}/events",
    summary="Read the events of a user",
    responses={**problems(*PRINCIPAL_ERRORS, UserNotFound, query=True), 200: PAGE_HEADERS},
    openapi_extra=_PARAMETERS,
)
async def read_user_events_by_admin(
    user_id: UserIdDep, values: QueryDep, response: Response, acting: PrincipalDep, container: ContainerDep
) -> list[AuditEventResponse]:
    """Return the events of an account with failed log-ins to it, the newest first.

    Needs `fastauth:audit.read`.
    """
    return await _page(container, acting, values, response, user_id)

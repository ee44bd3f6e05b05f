"""``/admin/users``: list and read accounts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from fastauth.application.administration.search_users import DEFAULT_LIMIT, MAX_LIMIT
from fastauth.application.administration.user_criteria import UserCriteria
from fastauth.domain.accounts.errors import UserNotFound
from fastauth.entrypoints.http.admin_models import ListedUserResponse, ManagedUserResponse
from fastauth.entrypoints.http.admin_session_response import AdminSessionResponse
from fastauth.entrypoints.http.dependencies import PRINCIPAL_ERRORS, ContainerDep, PrincipalDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.pagination import (
    PAGE_HEADERS,
    SESSION_PAGE_PARAMETERS,
    next_link,
    next_session_page_link,
    page_parameters,
    parse_limit,
    parse_session_page,
)
from fastauth.entrypoints.http.path_ids import UserIdDep
from fastauth.entrypoints.http.query import QueryValues, parse_flag, query_parameters, single_values
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/admin/users", tags=["administration"], route_class=StrictJSONRoute)

_PARAMETERS = query_parameters(
    username={"type": "string", "description": "The beginning of the username."},
    email={"type": "string", "description": "The beginning of the e-mail address; not with `username`."},
    role={"type": "string", "description": "Only users who have this role."},
    disabled={"type": "boolean", "description": "Only disabled accounts, or only enabled ones."},
    **page_parameters(default=DEFAULT_LIMIT, maximum=MAX_LIMIT),
)


async def _query(  # noqa: PLR0913, PLR0917  a parameter of FastAPI each, so that the query is read
    request: Request,
    username: QueryValues = None,
    email: QueryValues = None,
    role: QueryValues = None,
    disabled: QueryValues = None,
    limit: QueryValues = None,
    after: QueryValues = None,
) -> dict[str, str]:
    given = {"username": username, "email": email, "role": role, "disabled": disabled}
    return single_values(request, **given, limit=limit, after=after)


@router.get(
    "",
    summary="List and search users",
    responses={**problems(*PRINCIPAL_ERRORS, query=True), 200: PAGE_HEADERS},
    openapi_extra=_PARAMETERS,
)
async def search_users(
    values: Annotated[dict[str, str], Depends(_query)],
    response: Response,
    acting: PrincipalDep,
    container: ContainerDep,
) -> list[ListedUserResponse]:
    """List accounts in the order of their ids; in a search, in that of the usernames or of the addresses.

    Every page costs the same, however many accounts there are. A page may have fewer accounts than `limit`
    although more follow: the last page is the one without a `Link`. Needs `fastauth:users.read`.
    """
    criteria = UserCriteria(
        username=values.get("username"),
        email=values.get("email"),
        role=values.get("role"),
        disabled=parse_flag("disabled", values.get("disabled")),
    )
    limit = parse_limit(values.get("limit"), default=DEFAULT_LIMIT, maximum=MAX_LIMIT)
    page = await container.search_users()(
        acting=acting, criteria=criteria, after=values.get("after"), limit=limit
    )
    if page.next:
        response.headers["Link"] = next_link(values, page.next)
    return [ListedUserResponse.of(each) for each in page.items]


@router.get(
    "/{user_id:id}",
    summary="Get a user",
    responses=problems(*PRINCIPAL_ERRORS, UserNotFound),
)
async def get_user_by_admin(
    user_id: UserIdDep, acting: PrincipalDep, container: ContainerDep
) -> ManagedUserResponse:
    """Return an account with its addresses, factors, roles and permissions. Needs `fastauth:users.read`."""
    return ManagedUserResponse.of(await container.get_user_by_admin()(acting=acting, user_id=user_id))


@router.get(
    "/{user_id:id}/sessions",
    summary="List the sessions of a user",
    responses={**problems(*PRINCIPAL_ERRORS, UserNotFound, query=True), 200: PAGE_HEADERS},
    openapi_extra=SESSION_PAGE_PARAMETERS,
)
async def list_sessions_by_admin(  # noqa: PLR0913, PLR0917  a parameter of FastAPI each
    user_id: UserIdDep,
    response: Response,
    acting: PrincipalDep,
    container: ContainerDep,
    limit: QueryValues = None,
    after: QueryValues = None,
) -> list[AdminSessionResponse]:
    """List the active sessions of a user, the newest first. Needs `fastauth:users.read`."""
    wanted = parse_session_page(limits=limit, afters=after)
    sessions, following = await container.list_sessions_by_admin()(
        acting=acting, user_id=user_id, after=wanted.after, limit=wanted.limit
    )
    if following:
        response.headers["Link"] = next_session_page_link(following, limit=wanted.limit)
    return [AdminSessionResponse.of(session) for session in sessions]

"""``/console/users``: search accounts, and look at one."""

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.application.administration.user_criteria import UserCriteria
from fastauth.domain.accounts.user import UserId
from fastauth.domain.errors import FastauthError
from fastauth.domain.roles.permissions import READ_ROLES, READ_USERS, WRITE_ROLES, WRITE_USERS
from fastauth.domain.roles.role import Role
from fastauth.entrypoints.http.pages.account.user_agents import describe
from fastauth.entrypoints.http.pages.console.console_page import PAGE_SIZE, ConsolePage, ConsolePageDep
from fastauth.entrypoints.http.pages.console.ids import UserIdDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/console/users", route_class=PageRoute, include_in_schema=False)
STATES = {"disabled": True, "enabled": False}


@router.api_route("", methods=["GET", "HEAD"])
async def list_users(page: ConsolePageDep) -> Response:
    """Return the accounts that match, page by page."""
    page.acting.require(READ_USERS)
    query = page.query("q", "role", "state", "after")
    search = page.container.search_users()(
        acting=page.acting, criteria=_criteria(query), after=query["after"] or None, limit=PAGE_SIZE
    )
    found, error = await page.find(search)
    return page.show(
        "users.html",
        error=error,
        section="users",
        found=found,
        query=query,
        role_names=[(each.name, each.name) for each in await _roles(page)],
    )


async def _roles(page: ConsolePage) -> tuple[Role, ...]:
    return await page.container.list_roles()(acting=page.acting) if page.may(READ_ROLES) else ()


def _criteria(query: dict[str, str]) -> UserCriteria:
    """Return what is searched: an address if the text has an @, which no username has."""
    text = query["q"] or None
    is_address = "@" in query["q"]
    return UserCriteria(
        username=None if is_address else text,
        email=text if is_address else None,
        role=query["role"] or None,
        disabled=STATES.get(query["state"]),
    )


@router.api_route("/{user_id}", methods=["GET", "HEAD"])
async def show_user(page: ConsolePageDep, user_id: UserIdDep) -> Response:
    """Return the account with its states, ways to log in, roles and sessions."""
    return await user_page(page, user_id)


async def user_page(page: ConsolePage, user_id: UserId, error: FastauthError | None = None) -> Response:
    """Return the account, and the error of an act on it if there is one."""
    managed = await page.container.get_user_by_admin()(acting=page.acting, user_id=user_id)
    held = {each.role for each in managed.roles}
    is_own = user_id == page.acting.user_id
    is_within = page.authority.covers(managed.permissions)
    return page.show(
        "user.html",
        error=error,
        section="users",
        user=managed.details.user,
        details=managed.details,
        factors=managed.factors,
        erase_at=managed.erase_at,
        held=managed.roles,
        sessions=managed.details.sessions[:PAGE_SIZE],
        has_more_sessions=len(managed.details.sessions) > PAGE_SIZE,
        is_own=is_own,
        is_within=is_within,
        may_act=page.may(WRITE_USERS) and is_within and not is_own,
        may_grant=page.may(WRITE_ROLES) and is_within and not is_own,
        grantable=[
            each.name
            for each in await _roles(page)
            if each.name not in held and page.authority.covers(each.permissions)
        ],
        describe=describe,
    )

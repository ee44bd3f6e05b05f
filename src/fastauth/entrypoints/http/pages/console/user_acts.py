"""``/console/users/…/…``: what administrators change of the accounts of others."""

from datetime import datetime
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.accounts.user import UserId
from fastauth.domain.roles.permissions import WRITE_ROLES, WRITE_USERS
from fastauth.entrypoints.http.pages.closing import erase_at_if_closed_now
from fastauth.entrypoints.http.pages.console.acts import Act, Acts, UseCase
from fastauth.entrypoints.http.pages.console.console_page import ConsolePage, ConsolePageDep
from fastauth.entrypoints.http.pages.console.ids import UserIdDep
from fastauth.entrypoints.http.pages.console.users import user_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/console/users", route_class=PageRoute, include_in_schema=False)


async def _describe(page: ConsolePage, user_id: UserId) -> dict[str, object]:
    managed = await page.container.get_user_by_admin()(acting=page.acting, user_id=user_id)
    return {
        "user": managed.details.user,
        "has_address": managed.details.addresses.verified is not None,
        "erase_at": erase_at_if_closed_now(page.container),
    }


ACTS = Acts(
    section="users",
    permission=WRITE_USERS,
    parameter="user_id",
    template="user_act.html",
    acts={
        "disable": Act(use_case=lambda container: container.disable_user_by_admin(), asks=True),
        "enable": Act(use_case=lambda container: container.enable_user_by_admin()),
        "keep": Act(use_case=lambda container: container.enable_user_by_admin()),
        "close": Act(asks=True),
        "unlock": Act(use_case=lambda container: container.unlock_user_by_admin()),
        "end-sessions": Act(use_case=lambda container: container.end_sessions_by_admin(), asks=True),
        "start-reset": Act(use_case=lambda container: container.start_reset_by_admin(), asks=True),
        "reset-second-factor": Act(
            use_case=lambda container: container.reset_second_factors_by_admin(), asks=True
        ),
    },
    describe=_describe,
    refused=user_page,
)


@router.post("/{user_id}/close")
async def close(page: ConsolePageDep, user_id: UserIdDep) -> Response:
    """Close the account, and lead back to it; to the list if it was erased at once."""
    await page.form()
    page.check_may_act(WRITE_USERS)
    return await page.attempt(
        page.container.close_user_by_admin()(acting=page.acting, user_id=user_id),
        done=lambda erase_at: _closed(page, user_id, erase_at),
        refused=lambda error: user_page(page, user_id, error),
    )


def _closed(page: ConsolePage, user_id: UserId, erase_at: datetime) -> Response:
    if erase_at <= page.container.clock().now():
        return page.lead_to("/users", done="users.erase")
    return page.lead_to(f"/users/{user_id}", done="users.close")


@router.post("/{user_id}/grant-role")
async def grant_role(page: ConsolePageDep, user_id: UserIdDep) -> Response:
    """Give the user a role."""
    (role,) = await page.form("role")
    page.check_may_act(WRITE_ROLES)
    use_case = partial(page.container.grant_role_by_admin(), role=role)
    return await _change_roles(page, user_id, use_case, done="role_granted")


@router.post("/{user_id}/revoke-role")
async def revoke_role(page: ConsolePageDep, user_id: UserIdDep) -> Response:
    """Take a role from the user."""
    (role,) = await page.form("role")
    page.check_may_act(WRITE_ROLES)
    use_case = partial(page.container.revoke_role_by_admin(), role=role)
    return await _change_roles(page, user_id, use_case, done="role_revoked")


@router.api_route("/{user_id}/{act}", methods=["GET", "HEAD"])
async def ask(page: ConsolePageDep, user_id: UserIdDep, act: str) -> Response:
    """Return what an act means, and a button."""
    return await ACTS.ask(page, user_id, act)


@router.post("/{user_id}/{act}")
async def do(page: ConsolePageDep, user_id: UserIdDep, act: str) -> Response:
    """Do it, and lead back to the account."""
    return await ACTS.do(page, user_id, act)


async def _change_roles(page: ConsolePage, user_id: UserId, use_case: UseCase, *, done: str) -> Response:
    return await page.attempt(
        use_case(acting=page.acting, user_id=user_id),
        done=lambda _: page.lead_to(f"/users/{user_id}", done=done),
        refused=lambda error: user_page(page, user_id, error),
    )

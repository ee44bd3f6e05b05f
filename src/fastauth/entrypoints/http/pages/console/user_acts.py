"""``/console/users/…/…``: what administrators change of the account of somebody else."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fastauth.domain.accounts.user import UserId
from fastauth.domain.errors import FastauthError
from fastauth.domain.roles.permissions import WRITE_ROLES, WRITE_USERS
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.console.console_page import ConsolePage, ConsolePageDep
from fastauth.entrypoints.http.pages.console.ids import UserIdDep
from fastauth.entrypoints.http.pages.console.users import user_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/console/users", route_class=PageRoute, include_in_schema=False)

UseCase = Callable[..., Awaitable[object]]

CONFIRMED = ("disable", "end-sessions", "start-reset", "reset-second-factor")
"""Acts that cannot be undone, or that reach the user at once: a page says what they mean first."""

ACTS: Mapping[str, Callable[[Container], UseCase]] = {
    "disable": lambda container: container.disable_user_by_admin(),
    "enable": lambda container: container.enable_user_by_admin(),
    "unlock": lambda container: container.unlock_user_by_admin(),
    "end-sessions": lambda container: container.end_sessions_by_admin(),
    "start-reset": lambda container: container.start_reset_by_admin(),
    "reset-second-factor": lambda container: container.reset_second_factors_by_admin(),
}
"""The use case of each act, with the arguments `acting` and `user_id`."""


@router.post("/{user_id}/grant-role")
async def grant_role(page: ConsolePageDep, user_id: UserIdDep) -> Response:
    """Give the user a role."""
    (role,) = await page.form("role")
    page.check_may_act(WRITE_ROLES)
    use_case = partial(page.container.grant_role_by_admin(), role=role)
    return await _act(page, user_id, use_case, done="role_granted")


@router.post("/{user_id}/revoke-role")
async def revoke_role(page: ConsolePageDep, user_id: UserIdDep) -> Response:
    """Take a role from the user."""
    (role,) = await page.form("role")
    page.check_may_act(WRITE_ROLES)
    use_case = partial(page.container.revoke_role_by_admin(), role=role)
    return await _act(page, user_id, use_case, done="role_revoked")


@router.api_route("/{user_id}/{act}", methods=["GET", "HEAD"])
async def ask(page: ConsolePageDep, user_id: UserIdDep, act: str) -> Response:
    """Return what an act means, and a button."""
    if act not in CONFIRMED:
        raise HTTPException(404)
    page.check_may_act(WRITE_USERS)
    managed = await page.container.get_user_by_admin()(acting=page.acting, user_id=user_id)
    return page.show("user_act.html", section="users", user=managed.details.user, act=act)


@router.post("/{user_id}/{act}")
async def do(page: ConsolePageDep, user_id: UserIdDep, act: str) -> Response:
    """Do it, and lead back to the account."""
    await page.form()
    if act not in ACTS:
        raise HTTPException(404)
    page.check_may_act(WRITE_USERS)
    return await _act(page, user_id, ACTS[act](page.container), done=act)


async def _act(page: ConsolePage, user_id: UserId, use_case: UseCase, *, done: str) -> Response:
    """Lead to the account after the act, or return it with the reason of a refusal."""
    try:
        await use_case(acting=page.acting, user_id=user_id)
    except StepUpRequired:
        raise
    except FastauthError as error:
        return await user_page(page, user_id, error=error)
    return page.lead_to(f"/users/{user_id}", done=done)

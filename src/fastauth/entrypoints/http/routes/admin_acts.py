"""``/admin/users/{id}``: change the accounts of others. No route takes or shows a password or a secret."""

from fastapi import APIRouter, status

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.administration.errors import NoVerifiedAddress, UserDisabled
from fastauth.domain.delegation.errors import (
    LastAdministrator,
    MorePrivileged,
    OwnAccount,
    PermissionNotHeld,
)
from fastauth.domain.errors import NotOffered
from fastauth.domain.passwords.errors import NoPassword
from fastauth.domain.roles.errors import RoleNotFound, TooManyPermissions
from fastauth.domain.roles.permissions import WRITE_USERS
from fastauth.entrypoints.http.dependencies import PRINCIPAL_ERRORS, ContainerDep, PrincipalDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.path_ids import RoleDep, UserIdDep
from fastauth.entrypoints.http.repeatable_route import RepeatableRoute
from fastauth.entrypoints.http.schemas import AcceptedResponse

router = APIRouter(
    prefix="/admin/users/{user_id:id}",
    tags=["administration"],
    route_class=RepeatableRoute.needing(WRITE_USERS),
)

_ERRORS = (*PRINCIPAL_ERRORS, UserNotFound, OwnAccount, MorePrivileged)


@router.post(
    "/disable", **NO_CONTENT, summary="Disable a user", responses=problems(*_ERRORS, LastAdministrator)
)
async def disable_user_by_admin(user_id: UserIdDep, acting: PrincipalDep, container: ContainerDep) -> None:
    """Disable an account: its sessions end, and log-ins to it fail. Needs `fastauth:users.write`."""
    await container.disable_user_by_admin()(acting=acting, user_id=user_id)


@router.post("/enable", **NO_CONTENT, summary="Enable a user", responses=problems(*_ERRORS))
async def enable_user_by_admin(user_id: UserIdDep, acting: PrincipalDep, container: ContainerDep) -> None:
    """Enable a disabled account. Its former sessions stay ended. Needs `fastauth:users.write`."""
    await container.enable_user_by_admin()(acting=acting, user_id=user_id)


@router.post("/unlock", **NO_CONTENT, summary="Unlock a user", responses=problems(*_ERRORS))
async def unlock_user_by_admin(user_id: UserIdDep, acting: PrincipalDep, container: ContainerDep) -> None:
    """Allow log-ins from unknown devices again, after too many failed ones. Needs `fastauth:users.write`."""
    await container.unlock_user_by_admin()(acting=acting, user_id=user_id)


@router.post(
    "/end-sessions", **NO_CONTENT, summary="End the sessions of a user", responses=problems(*_ERRORS)
)
async def end_sessions_by_admin(user_id: UserIdDep, acting: PrincipalDep, container: ContainerDep) -> None:
    """End all sessions of a user, who may log in again. Needs `fastauth:users.write`."""
    await container.end_sessions_by_admin()(acting=acting, user_id=user_id)


@router.post(
    "/start-reset",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Start a password reset",
    responses=problems(*_ERRORS, NotOffered, UserDisabled, NoVerifiedAddress),
)
async def start_reset_by_admin(
    user_id: UserIdDep, acting: PrincipalDep, container: ContainerDep
) -> AcceptedResponse:
    """Send the owner of an account the mail by which a new password is set. Needs `fastauth:users.write`."""
    await container.start_reset_by_admin()(acting=acting, user_id=user_id)
    return AcceptedResponse()


@router.post(
    "/reset-second-factor",
    **NO_CONTENT,
    summary="Remove the second factors of a user",
    responses=problems(*_ERRORS, NoPassword),
)
async def reset_second_factors_by_admin(
    user_id: UserIdDep, acting: PrincipalDep, container: ContainerDep
) -> None:
    """Remove authenticator app, passkeys and recovery codes that a user has lost, and end the sessions.

    Needs `fastauth:users.write`.
    """
    await container.reset_second_factors_by_admin()(acting=acting, user_id=user_id)


@router.put(
    "/roles/{role}",
    **NO_CONTENT,
    summary="Grant a role",
    responses=problems(*_ERRORS, RoleNotFound, PermissionNotHeld, TooManyPermissions),
)
async def grant_role_by_admin(
    user_id: UserIdDep, role: RoleDep, acting: PrincipalDep, container: ContainerDep
) -> None:
    """Give another user a role. Their next access token has it. Needs `fastauth:roles.write`."""
    await container.grant_role_by_admin()(acting=acting, user_id=user_id, role=role)


@router.delete(
    "/roles/{role}",
    **NO_CONTENT,
    summary="Revoke a role",
    responses=problems(*PRINCIPAL_ERRORS, UserNotFound, RoleNotFound, MorePrivileged, LastAdministrator),
)
async def revoke_role_by_admin(
    user_id: UserIdDep, role: RoleDep, acting: PrincipalDep, container: ContainerDep
) -> None:
    """Take a role from a user, or give up one's own. Needs `fastauth:roles.write`.

    Access tokens that carry it are revoked.
    """
    await container.revoke_role_by_admin()(acting=acting, user_id=user_id, role=role)

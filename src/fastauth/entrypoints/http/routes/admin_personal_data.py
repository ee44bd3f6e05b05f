"""``/admin/users/{user_id}``: close the account of a user."""

from fastapi import APIRouter, status

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.delegation.errors import LastAdministrator, MorePrivileged, OwnAccount
from fastauth.entrypoints.http.closing_response import ClosingResponse
from fastauth.entrypoints.http.dependencies import PRINCIPAL_ERRORS, ContainerDep, PrincipalDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.path_ids import UserIdDep
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/admin/users", tags=["administration"], route_class=StrictJSONRoute)


@router.delete(
    "/{user_id:id}",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Close the account of a user",
    responses=problems(*PRINCIPAL_ERRORS, UserNotFound, OwnAccount, MorePrivileged, LastAdministrator),
)
async def close_user_by_admin(
    user_id: UserIdDep, acting: PrincipalDep, container: ContainerDep
) -> ClosingResponse:
    """Close an account, which is erased after some days. Needs `fastauth:users.write`."""
    return ClosingResponse(erase_at=await container.close_user_by_admin()(acting=acting, user_id=user_id))

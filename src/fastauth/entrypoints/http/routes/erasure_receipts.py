"""``/v1/erasures``: services confirm that they have erased an account."""

from fastapi import APIRouter

from fastauth.domain.personal_data.erasure import ErasureNotFound
from fastauth.entrypoints.http.dependencies import PRINCIPAL_ERRORS, ContainerDep, PrincipalDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.path_ids import UserIdDep
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/v1/erasures", tags=["events"], route_class=StrictJSONRoute)


@router.post(
    "/{user_id:id}/receipts",
    **NO_CONTENT,
    summary="Confirm an erasure",
    responses=problems(*PRINCIPAL_ERRORS, ErasureNotFound),
)
async def confirm_erasure(user_id: UserIdDep, acting: PrincipalDep, container: ContainerDep) -> None:
    """Confirm that the calling service has erased what it knew of an erased account.

    Needs `fastauth:events.read`.
    """
    await container.confirm_erasure()(acting=acting, user_id=user_id)

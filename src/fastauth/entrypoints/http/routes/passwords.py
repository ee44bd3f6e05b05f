"""``/users/me/password``: change one's password."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fastauth.domain.passwords.errors import HashingOverloaded, WrongPassword
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ClientAddressDep,
    ContainerDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/users/me", tags=["users"], route_class=StrictJSONRoute)


class ChangePasswordRequest(BaseModel):
    """The current password and the new one."""

    current_password: str = Field(examples=["sntsh"], repr=False)
    new_password: str = Field(examples=["correct horse battery staple"], repr=False)


@router.put(
    "/password",
    **NO_CONTENT,
    summary="Change one's password",
    responses=problems(*AUTHENTICATION_ERRORS, WrongPassword, TooManyRequests, HashingOverloaded, body=True),
)
async def change_password(
    body: ChangePasswordRequest, caller: CallerDep, address: ClientAddressDep, container: ContainerDep
) -> None:
    """Replace the password of the caller, and end every other session of the account."""
    await container.change_password()(
        caller=caller,
        current_password=body.current_password,
        new_password=body.new_password,
        address=address,
    )

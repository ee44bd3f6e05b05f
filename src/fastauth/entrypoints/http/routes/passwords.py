"""``/users/me/password``: change one's password."""

from inspect import getdoc

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fastauth.application.passwords.change_password import ChangePassword
from fastauth.domain.passwords.errors import HashingOverloaded, WrongPassword
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ClientAddressDep,
    ContainerDep,
)
from fastauth.entrypoints.http.openapi import NO_CONTENT, problems
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/users/me", tags=["users"], route_class=StrictJSONRoute)


class ChangePasswordRequest(BaseModel):
    """What the caller's password was, and what it shall be."""

    current_password: str = Field(examples=["sntsh"], repr=False)
    new_password: str = Field(examples=["correct horse battery staple"], repr=False)


@router.put(
    "/password",
    **NO_CONTENT,
    summary="Change one's password",
    description=getdoc(ChangePassword),
    responses=problems(*AUTHENTICATION_ERRORS, WrongPassword, TooManyRequests, HashingOverloaded, body=True),
)
async def change_password(
    body: ChangePasswordRequest, caller: CallerDep, address: ClientAddressDep, container: ContainerDep
) -> None:
    """Change one's password."""
    await container.change_password()(
        caller=caller,
        current_password=body.current_password,
        new_password=body.new_password,
        address=address,
    )

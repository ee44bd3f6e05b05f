"""``/users/me/password``: the caller's password."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fastauth.domain.passwords.errors import (
    HashingOverloaded,
    LastCredential,
    NoPassword,
    PasswordExists,
    WrongPassword,
)
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ClientAddressDep,
    ContainerDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/users/me", tags=["passwords"], route_class=StrictJSONRoute)


class AddPasswordRequest(BaseModel):
    """The first password of an account."""

    new_password: str = Field(examples=["correct horse battery staple"], repr=False)


class ChangePasswordRequest(BaseModel):
    """The current password and the new one."""

    current_password: str = Field(examples=["sntsh"], repr=False)
    new_password: str = Field(examples=["correct horse battery staple"], repr=False)


@router.put(
    "/password",
    **NO_CONTENT,
    summary="Change one's password",
    responses=problems(
        *AUTHENTICATION_ERRORS, WrongPassword, NoPassword, TooManyRequests, HashingOverloaded, body=True
    ),
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


@router.post(
    "/password",
    **NO_CONTENT,
    summary="Add a password to one's account",
    responses=problems(
        *AUTHENTICATION_ERRORS, StepUpRequired, PasswordExists, TooManyRequests, HashingOverloaded, body=True
    ),
)
async def add_password(body: AddPasswordRequest, caller: CallerDep, container: ContainerDep) -> None:
    """Store the first password of an account that was registered with a passkey, or had its password removed.

    The session must have been authenticated recently, by all factors of the account.
    """
    await container.add_password()(caller=caller, new_password=body.new_password)


@router.delete(
    "/password",
    **NO_CONTENT,
    summary="Remove one's password",
    responses=problems(*AUTHENTICATION_ERRORS, StepUpRequired, NoPassword, LastCredential, TooManyRequests),
)
async def remove_password(caller: CallerDep, container: ContainerDep) -> None:
    """Remove the password, and end every other session of the account. A passkey must be left to log in with.

    The session must have been authenticated recently, by all factors of the account.
    """
    await container.remove_password()(caller=caller)

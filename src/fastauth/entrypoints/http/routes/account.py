"""``/users/me``: look after one's own account."""

from inspect import getdoc

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, Field

from fastauth.application.accounts.change_full_name import ChangeFullName
from fastauth.application.passwords.change_password import ChangePassword
from fastauth.domain.accounts.user import User
from fastauth.domain.passwords.errors import HashingOverloaded, WrongPassword
from fastauth.domain.rate_limits.errors import TooManyAttempts
from fastauth.entrypoints.http.dependencies import (
    NOBODY,
    CallerDep,
    ChangeFullNameDep,
    ChangePasswordDep,
    ClientAddressDep,
)
from fastauth.entrypoints.http.openapi import problems
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/users/me", tags=["users"], route_class=StrictJSONRoute)


class NewFullName(BaseModel):
    """What the caller wants to be called."""

    fullname: str = Field(description="1 to 50 characters.", examples=["Santosh K. Kumar"])


class NewPassword(BaseModel):
    """What the caller's password was, and what it shall be."""

    current_password: str = Field(examples=["sntsh"], repr=False)
    new_password: str = Field(examples=["correct horse battery staple"], repr=False)


class Account(BaseModel):
    """An account as its owner sees it."""

    id: int = Field(examples=[1])
    username: str = Field(examples=["santosh"])
    fullname: str = Field(examples=["Santosh Kumar"])

    @classmethod
    def of(cls, user: User) -> "Account":
        """Return the account as it is shown."""
        return cls(id=user.id, username=user.username.spelling, fullname=user.fullname.text)


@router.get("", summary="Show one's account", responses=problems(*NOBODY))
async def show_account(caller: CallerDep) -> Account:
    """Show the account of whoever holds the access token."""
    return Account.of(caller.user)


@router.patch(
    "",
    summary="Change one's full name",
    description=getdoc(ChangeFullName),
    responses=problems(*NOBODY, TooManyAttempts, body=True),
)
async def change_full_name(
    body: NewFullName, caller: CallerDep, change_full_name: ChangeFullNameDep
) -> Account:
    """Change one's full name."""
    return Account.of(await change_full_name(caller=caller, fullname=body.fullname))


@router.put(
    "/password",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,  # JSON's would announce a body
    summary="Change one's password",
    description=getdoc(ChangePassword),
    responses=problems(*NOBODY, WrongPassword, TooManyAttempts, HashingOverloaded, body=True),
)
async def change_password(
    body: NewPassword, caller: CallerDep, address: ClientAddressDep, change_password: ChangePasswordDep
) -> None:
    """Change one's password."""
    await change_password(
        caller=caller,
        current_password=body.current_password,
        new_password=body.new_password,
        address=address,
    )

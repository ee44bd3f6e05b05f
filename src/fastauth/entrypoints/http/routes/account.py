"""``/users/me``: look after one's own account."""

from inspect import getdoc

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fastauth.application.accounts.change_full_name import ChangeFullName
from fastauth.domain.accounts.user import User
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ContainerDep,
)
from fastauth.entrypoints.http.openapi import problems
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/users/me", tags=["users"], route_class=StrictJSONRoute)


class UpdateProfileRequest(BaseModel):
    """What the caller wants to be called."""

    fullname: str = Field(description="1 to 50 characters.", examples=["Santosh K. Kumar"])


class UserResponse(BaseModel):
    """An account as its owner sees it."""

    id: int = Field(examples=[1])
    username: str = Field(examples=["santosh"])
    fullname: str = Field(examples=["Santosh Kumar"])

    @classmethod
    def of(cls, user: User) -> "UserResponse":
        """Return the account as it is shown."""
        return cls(id=user.id, username=user.username.display, fullname=user.fullname.text)


@router.get("", summary="Show one's account", responses=problems(*AUTHENTICATION_ERRORS))
async def show_account(caller: CallerDep) -> UserResponse:
    """Show the account of whoever holds the access token."""
    return UserResponse.of(caller.user)


@router.patch(
    "",
    summary="Change one's full name",
    description=getdoc(ChangeFullName),
    responses=problems(*AUTHENTICATION_ERRORS, TooManyRequests, body=True),
)
async def change_full_name(
    body: UpdateProfileRequest, caller: CallerDep, container: ContainerDep
) -> UserResponse:
    """Change one's full name."""
    return UserResponse.of(await container.change_full_name()(caller=caller, fullname=body.fullname))

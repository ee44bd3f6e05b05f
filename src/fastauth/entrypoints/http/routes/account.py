"""``/users/me``: the caller's own account."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ContainerDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.schemas import UserResponse
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/users/me", tags=["users"], route_class=StrictJSONRoute)


class UpdateProfileRequest(BaseModel):
    """A new full name."""

    fullname: str = Field(description="1 to 50 characters.", examples=["Santosh K. Kumar"])


@router.get("", summary="Get one's account", responses=problems(*AUTHENTICATION_ERRORS))
async def get_account(caller: CallerDep) -> UserResponse:
    """Return the account that the access token belongs to."""
    return UserResponse.of(caller.user)


@router.patch(
    "",
    summary="Change one's full name",
    responses=problems(*AUTHENTICATION_ERRORS, TooManyRequests, body=True),
)
async def change_full_name(
    body: UpdateProfileRequest, caller: CallerDep, container: ContainerDep
) -> UserResponse:
    """Replace the full name of the caller. The rules are those of registration.

    The current name is accepted, changes nothing and does not count towards the rate limit.
    """
    return UserResponse.of(await container.change_full_name()(caller=caller, fullname=body.fullname))

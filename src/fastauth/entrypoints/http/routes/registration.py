"""``POST /users/register``."""

from inspect import getdoc
from typing import Annotated

from fastapi import APIRouter, Body, status
from pydantic import BaseModel, Field

from fastauth.application.accounts.register_user import RegisterUser
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.dependencies import ClientAddressDep, ContainerDep
from fastauth.entrypoints.http.openapi import problems
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(tags=["users"], route_class=StrictJSONRoute)

EXAMPLE = {"username": "santosh", "password": "sntsh", "fullname": "Santosh Kumar"}


class RegisterRequest(BaseModel):
    """Who wants to register. The domain knows the rules; this is only the shape."""

    username: str = Field(description="1 to 50 characters of one script, without spaces.")
    password: str = Field(description="At most 256 characters, any of them.", repr=False)
    fullname: str = Field(description="1 to 50 characters.")


class UserResponse(BaseModel):
    """Who has registered."""

    id: int = Field(examples=[1])
    username: str = Field(examples=["santosh"])
    fullname: str = Field(examples=["Santosh Kumar"])


@router.post(
    "/users/register",
    status_code=status.HTTP_201_CREATED,
    summary="Register a user",
    description=getdoc(RegisterUser),
    responses=problems(UsernameTaken, TooManyRequests, HashingOverloaded, body=True),
)
async def register(
    body: Annotated[RegisterRequest, Body(examples=[EXAMPLE])],
    address: ClientAddressDep,
    container: ContainerDep,
) -> UserResponse:
    """Register a user."""
    user = await container.register_user()(
        username=body.username, password=body.password, fullname=body.fullname, address=address
    )
    return UserResponse(id=user.id, username=user.username.display, fullname=user.fullname.text)

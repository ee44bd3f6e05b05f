"""``POST /users/register``."""

from typing import Annotated

from fastapi import APIRouter, Body, status
from pydantic import BaseModel, Field

from fastauth.domain.accounts.errors import RegistrationClosed, UsernameTaken
from fastauth.domain.idempotency.errors import IdempotencyKeyInUse
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.dependencies import ClientAddressDep, ContainerDep, LanguageDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.idempotency import IdempotencyKeyDep
from fastauth.entrypoints.http.schemas import UserResponse
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(tags=["users"], route_class=StrictJSONRoute)


EXAMPLE = {"username": "santosh", "password": "sntsh", "fullname": "Santosh Kumar"}


class RegisterRequest(BaseModel):
    """A new account. The rules of its fields are in the domain."""

    username: str = Field(description="1 to 50 characters of one script, without spaces.")
    password: str = Field(description="At most 256 characters, any of them.", repr=False)
    fullname: str = Field(description="1 to 50 characters.")
    email: str | None = Field(
        default=None, description="At most 254 characters; pending until it is verified."
    )
    locale: str | None = Field(
        default=None,
        description="The language of mails to the user (BCP 47). Without it, that of `Accept-Language`.",
    )


@router.post(
    "/users/register",
    status_code=status.HTTP_201_CREATED,
    summary="Register a user",
    responses=problems(
        RegistrationClosed, UsernameTaken, IdempotencyKeyInUse, TooManyRequests, HashingOverloaded, body=True
    ),
)
async def register_user(
    body: Annotated[RegisterRequest, Body(examples=[EXAMPLE])],
    address: ClientAddressDep,
    language: LanguageDep,
    container: ContainerDep,
    idempotency_key: IdempotencyKeyDep,
) -> UserResponse:
    """Create an account.

    - **username**: 1 to 50 characters of one script, without spaces, ``@``, control characters and invisible
      characters. Names that differ only in case, in character width or in look-alike letters are one name.
    - **fullname**: 1 to 50 characters after trimming, without control characters.
    - **password**: at most 256 characters, any of them, used exactly as sent but for Unicode
      normalization (NFC).
    - **email**: an e-mail address, which gets a mail with a link that verifies it. The response is the same
      whether or not another account has it.

    A client that got no response sends the request again with the same header `Idempotency-Key`, and gets the
    same response.
    """
    user = await container.register_user()(
        username=body.username,
        password=body.password,
        fullname=body.fullname,
        email=body.email,
        locale=language if body.locale is None else body.locale,
        address=address,
        idempotency_key=idempotency_key,
    )
    return UserResponse.of(user)

"""``/users/register/passkey``: an account without a password."""

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from fastauth.domain.accounts.errors import RegistrationClosed, UsernameTaken
from fastauth.domain.errors import NotOffered
from fastauth.domain.passkeys.errors import PasskeyTaken
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.ceremony_models import CeremonyResponse, CredentialRequest
from fastauth.entrypoints.http.dependencies import (
    PASSKEYS_OFFERED,
    ClientAddressDep,
    ContainerDep,
    LanguageDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.schemas import UserResponse
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(
    prefix="/users/register/passkey",
    tags=["users"],
    route_class=StrictJSONRoute,
    dependencies=[PASSKEYS_OFFERED],
)


class PasskeyRegistrationRequest(BaseModel):
    """A new account. The rules of its fields are those of a registration with a password."""

    username: str = Field(
        description="1 to 50 characters of one script, without spaces.", examples=["santosh"]
    )
    fullname: str = Field(description="1 to 50 characters.", examples=["Santosh Kumar"])
    email: str | None = Field(
        default=None, description="At most 254 characters; pending until it is verified."
    )
    locale: str | None = Field(
        default=None,
        description="The language of mails to the user (BCP 47). Without it, that of `Accept-Language`.",
    )


class RegisteredWithPasskeyResponse(UserResponse):
    """A new account, and its recovery codes."""

    recovery_codes: list[str] = Field(
        description="Ten codes, each of which stands in for a lost factor once. They are shown once.",
        examples=[["MZXW-6YTB-OI2G-K3TU-NRXW-6ZLS"]],
        repr=False,
    )


@router.post(
    "/options",
    summary="Get options for a registration by passkey",
    responses=problems(NotOffered, RegistrationClosed, UsernameTaken, TooManyRequests, body=True),
)
async def begin_passkey_registration(
    body: PasskeyRegistrationRequest,
    address: ClientAddressDep,
    language: LanguageDep,
    container: ContainerDep,
) -> CeremonyResponse:
    """Return options for `navigator.credentials.create()`, and a token that is valid for five minutes, once.

    Nothing is stored: the token has the account. It counts as a registration.
    """
    begun = await container.begin_passkey_registration()(
        username=body.username,
        fullname=body.fullname,
        email=body.email,
        locale=language if body.locale is None else body.locale,
        address=address,
    )
    return CeremonyResponse.of(begun)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Register a user by passkey",
    responses=problems(NotOffered, RegistrationClosed, UsernameTaken, PasskeyTaken, body=True),
)
async def register_with_passkey(
    body: CredentialRequest, container: ContainerDep
) -> RegisteredWithPasskeyResponse:
    """Create an account without a password, which logs in by this passkey.

    A credential that does not answer these options is 422 `not_a_credential`.
    """
    done = await container.register_with_passkey()(token=body.token, credential=body.credential)
    return RegisteredWithPasskeyResponse(
        **UserResponse.of(done.user).model_dump(), recovery_codes=list(done.recovery_codes)
    )

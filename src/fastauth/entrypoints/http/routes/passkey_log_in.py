"""``/sessions/passkey``, and the options for other log-ins and step-ups by passkey."""

from typing import Any

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from fastauth.domain.errors import NotOffered
from fastauth.domain.passkeys.errors import PasskeyNotFound
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.entrypoints.http.ceremony_models import CeremonyResponse, CredentialRequest
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    PASSKEYS_OFFERED,
    CallerDep,
    ContainerDep,
    DeviceDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.strict_json import StrictJSONRoute
from fastauth.entrypoints.http.token_response import LoginResponse

router = APIRouter(
    prefix="/sessions", tags=["sessions"], route_class=StrictJSONRoute, dependencies=[PASSKEYS_OFFERED]
)


class PasskeyLoginRequest(CredentialRequest):
    """The answer of an authenticator to the options of a log-in."""

    device_token: str | None = Field(
        default=None, description="The device token of an earlier log-in on this device.", repr=False
    )


class ChallengeRequest(BaseModel):
    """The challenge of a log-in whose password was right."""

    challenge: str = Field(examples=["fa_mf_..."], repr=False)


class RequestOptionsResponse(BaseModel):
    """Options for the browser. The challenge of the log-in goes with its answer."""

    options: dict[str, Any] = Field(
        description="For `PublicKeyCredential.parseRequestOptionsFromJSON()` (Web Authentication Level 3).",
        examples=[{"challenge": "...", "rpId": "auth.example.com", "allowCredentials": []}],
    )


@router.post(
    "/passkey/options", summary="Get options for a log-in by passkey", responses=problems(NotOffered)
)
async def begin_passkey_log_in(container: ContainerDep) -> CeremonyResponse:
    """Return options for `navigator.credentials.get()`, and a token that is valid for five minutes, once.

    They name no account: the browser offers the passkeys that it has, also while a username is typed.
    """
    return CeremonyResponse.of(await container.begin_passkey_log_in()())


@router.post(
    "/passkey",
    status_code=status.HTTP_201_CREATED,
    summary="Log in by passkey",
    responses=problems(InvalidCredentials, NotOffered, TooManyRequests, body=True),
)
async def log_in_with_passkey(
    body: PasskeyLoginRequest, device: DeviceDep, container: ContainerDep
) -> LoginResponse:
    """Start a session with a passkey alone, which must have verified its user by a PIN or biometrics.

    Whatever is wrong with the credential, the token or the account, the response is the same.
    """
    begun = await container.log_in_with_passkey()(
        token=body.token, credential=body.credential, client=device, device_token=body.device_token
    )
    return LoginResponse.begun(begun)


@router.post(
    "/second-factor/passkey",
    summary="Get options for a second factor by passkey",
    responses=problems(InvalidSecondFactor, NotOffered, body=True),
)
async def begin_passkey_second_factor(
    body: ChallengeRequest, container: ContainerDep
) -> RequestOptionsResponse:
    """Return options for `navigator.credentials.get()`, for the passkeys of the account.

    The answer goes to `/sessions/second-factor` with the method `passkey`.
    """
    return RequestOptionsResponse(
        options=await container.begin_passkey_second_factor()(challenge=body.challenge)
    )


@router.post(
    "/current/step-up/passkey",
    summary="Get options for a step-up by passkey",
    responses=problems(*AUTHENTICATION_ERRORS, NotOffered, PasskeyNotFound),
)
async def begin_passkey_step_up(caller: CallerDep, container: ContainerDep) -> CeremonyResponse:
    """Return options for `navigator.credentials.get()`, and a token that is valid for five minutes, once.

    The answer goes to `/sessions/current/step-up` with the method `passkey`.
    """
    return CeremonyResponse.of(await container.begin_passkey_step_up()(caller=caller))

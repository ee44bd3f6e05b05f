"""``/users/me/totp``, ``/users/me/recovery-codes``: the caller's second factors."""

from datetime import datetime

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.second_factors.errors import AlreadyEnrolled, SecondFactorNotFound
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.http.dependencies import AUTHENTICATION_ERRORS, CallerDep, ContainerDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/users/me", tags=["second factors"], route_class=StrictJSONRoute)

_RECOVERY_CODE = "MZXW-6YTB-OI2G-K3TU-NRXW-6ZLS"


class NewTotpResponse(BaseModel):
    """What an authenticator app needs. It is shown once."""

    secret: str = Field(
        description="Base32, for typing.", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"], repr=False
    )
    uri: str = Field(
        description="The same as a link, which opens an app on the device.",
        examples=["otpauth://totp/auth.example.com:santosh?secret=JBSWY3DP...&issuer=auth.example.com"],
        repr=False,
    )
    qr_svg: str = Field(
        description="The link as a QR code: an SVG element, black on white.",
        examples=["<svg ...></svg>"],
        repr=False,
    )


class ConfirmTotpRequest(BaseModel):
    """The first code of the app."""

    code: str = Field(description="Six digits.", examples=["123456"], repr=False)
    end_other_sessions: bool = Field(
        default=False, description="Whether all other sessions of the account end."
    )


class ConfirmedTotpResponse(BaseModel):
    """The recovery codes, if the app is the first factor of the account."""

    recovery_codes: list[str] | None = Field(
        description="Ten codes, each of which stands in for a lost factor once. They are shown once. "
        "`null` if the account had a factor already: its recovery codes stay.",
        examples=[[_RECOVERY_CODE]],
        repr=False,
    )


class RecoveryCodesResponse(BaseModel):
    """New recovery codes."""

    recovery_codes: list[str] = Field(
        description="Ten codes, each of which stands in for a lost factor once. They are shown once.",
        examples=[[_RECOVERY_CODE]],
        repr=False,
    )


class TotpResponse(BaseModel):
    """The authenticator app of an account."""

    confirmed_at: datetime = Field(description="When its first code was accepted.")
    locked: bool = Field(description="Whether twenty wrong codes in a row have locked it.")


class SecondFactorsResponse(BaseModel):
    """The second factors of the caller. Passkeys have a list of their own."""

    totp: TotpResponse | None = Field(description="`null` if there is no confirmed authenticator app.")
    recovery_codes_left: int = Field(description="Recovery codes that were not used.", examples=[10])


@router.get("/second-factors", summary="Get one's second factors", responses=problems(*AUTHENTICATION_ERRORS))
async def get_second_factors(caller: CallerDep, container: ContainerDep) -> SecondFactorsResponse:
    """Return whether there is an authenticator app, and how many recovery codes are left."""
    found = await container.get_second_factors()(user=caller.user)
    totp = None
    if found.totp_since:
        totp = TotpResponse(confirmed_at=found.totp_since, locked=found.totp_locked)
    return SecondFactorsResponse(totp=totp, recovery_codes_left=found.recovery_codes)


@router.post(
    "/totp",
    status_code=status.HTTP_201_CREATED,
    summary="Get a secret for an authenticator app",
    responses=problems(*AUTHENTICATION_ERRORS, StepUpRequired, AlreadyEnrolled, TooManyRequests),
)
async def enrol_totp(caller: CallerDep, container: ContainerDep) -> NewTotpResponse:
    """Return a new secret (RFC 6238: SHA-1, six digits, 30 seconds).

    Its codes are not required until the first one was sent to `/users/me/totp/confirm`. Another request
    replaces a secret that was not confirmed. The session must have been authenticated in the last ten
    minutes, by two factors if the account has any.
    """
    new = await container.enrol_totp()(caller=caller)
    return NewTotpResponse(secret=new.secret.text, uri=new.uri, qr_svg=new.qr_svg)


@router.post(
    "/totp/confirm",
    summary="Confirm an authenticator app",
    responses=problems(
        *AUTHENTICATION_ERRORS, StepUpRequired, SecondFactorNotFound, AlreadyEnrolled, body=True
    ),
)
async def confirm_totp(
    body: ConfirmTotpRequest, caller: CallerDep, container: ContainerDep
) -> ConfirmedTotpResponse:
    """Verify the first code of the app. From then on, each log-in by password requires a second factor.

    A wrong code is 422 `wrong_code`. The session counts as authenticated by two factors from then on: its
    next access token has `acr` `aal2`.
    """
    codes = await container.confirm_totp()(
        caller=caller, code=body.code, end_other_sessions=body.end_other_sessions
    )
    return ConfirmedTotpResponse(recovery_codes=None if codes is None else list(codes))


@router.delete(
    "/totp",
    **NO_CONTENT,
    summary="Remove the authenticator app",
    responses=problems(*AUTHENTICATION_ERRORS, StepUpRequired, TooManyRequests),
)
async def remove_totp(caller: CallerDep, container: ContainerDep) -> None:
    """Remove the secret. If it was the last factor, the recovery codes are removed too.

    An account without one stays as it is. The session must have been authenticated in the last ten minutes,
    by two factors.
    """
    await container.remove_totp()(caller=caller)


@router.post(
    "/recovery-codes",
    status_code=status.HTTP_201_CREATED,
    summary="Get new recovery codes",
    responses=problems(*AUTHENTICATION_ERRORS, StepUpRequired, SecondFactorNotFound, TooManyRequests),
)
async def make_recovery_codes(caller: CallerDep, container: ContainerDep) -> RecoveryCodesResponse:
    """Return ten new recovery codes. All earlier ones are no longer valid.

    The session must have been authenticated in the last ten minutes, by two factors.
    """
    return RecoveryCodesResponse(recovery_codes=list(await container.make_recovery_codes()(caller=caller)))

"""``/users/me/passkeys``: the caller's passkeys."""

from datetime import datetime

from fastapi import APIRouter, status
from pydantic import BaseModel, Field
from starlette.convertors import Convertor, register_url_convertor

from fastauth.domain import base64url
from fastauth.domain.errors import NotOffered
from fastauth.domain.passkeys.errors import PasskeyNotFound, PasskeyTaken, TooManyPasskeys
from fastauth.domain.passkeys.passkey import DEFAULT_NAME, Passkey
from fastauth.domain.passkeys.presented import CREDENTIAL_ID
from fastauth.domain.passwords.errors import LastCredential
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.http.ceremony_models import CeremonyResponse, CredentialRequest
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    PASSKEYS_OFFERED,
    CallerDep,
    ContainerDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.strict_json import StrictJSONRoute


class _CredentialIdConvertor(Convertor[str]):
    """Matches the ids of credentials, and no other path below that of the passkeys."""

    regex = CREDENTIAL_ID

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("credential_id", _CredentialIdConvertor())

router = APIRouter(
    prefix="/users/me/passkeys",
    tags=["passkeys"],
    route_class=StrictJSONRoute,
    dependencies=[PASSKEYS_OFFERED],
)

PASSKEY_ERRORS = (*AUTHENTICATION_ERRORS, NotOffered)


class NewPasskeyRequest(CredentialRequest):
    """The answer of an authenticator to the options of a new passkey."""

    name: str = Field(default=DEFAULT_NAME, description="1 to 50 characters.", examples=["Phone"])


class RenamePasskeyRequest(BaseModel):
    """A new name."""

    name: str = Field(description="1 to 50 characters.", examples=["Key ring"])


class PasskeyResponse(BaseModel):
    """A passkey of the caller."""

    id: str = Field(description="The id of the credential.", examples=["dGhlIGlkIG9mIGEgY3JlZGVudGlhbA"])
    name: str = Field(examples=["Phone"])
    created_at: datetime
    last_used_at: datetime | None
    transports: list[str] = Field(description="How a browser reaches it.", examples=[["hybrid", "internal"]])
    synced: bool = Field(description="Whether it may be copied to other devices of its owner.")
    backed_up: bool = Field(description="Whether it was, at the last use.")
    suspect_at: datetime | None = Field(
        description="When it came with a counter that was used before: an attacker may have a copy of it."
    )

    @classmethod
    def of(cls, passkey: Passkey) -> "PasskeyResponse":
        """Return the passkey as it is sent."""
        return cls(
            id=passkey.id,
            name=passkey.name.text,
            created_at=passkey.created_at,
            last_used_at=passkey.last_used_at,
            transports=list(passkey.transports),
            synced=passkey.backup_eligible,
            backed_up=passkey.backed_up,
            suspect_at=passkey.suspect_at,
        )


class NewPasskeyResponse(PasskeyResponse):
    """A new passkey, and the recovery codes if it is the first factor of the account."""

    recovery_codes: list[str] | None = Field(
        description="Ten codes, each of which stands in for a lost factor once. They are shown once. "
        "`null` if the account had a factor already: its recovery codes stay.",
        examples=[["MZXW-6YTB-OI2G-K3TU-NRXW-6ZLS"]],
        repr=False,
    )


class PasskeysResponse(BaseModel):
    """The passkeys of the caller, and what `PublicKeyCredential.signalAllAcceptedCredentials()` needs."""

    rp_id: str = Field(description="The relying party.", examples=["auth.example.com"])
    user_handle: str | None = Field(
        description="The account, as authenticators know it; `null` before the first passkey.",
        examples=["dGhpcnR5LXR3byByYW5kb20gYnl0ZXMuLi4uLi4uLi4"],
    )
    passkeys: list[PasskeyResponse]


@router.post(
    "/options",
    summary="Get options for a new passkey",
    responses=problems(*PASSKEY_ERRORS, StepUpRequired, TooManyPasskeys),
)
async def begin_passkey(caller: CallerDep, container: ContainerDep) -> CeremonyResponse:
    """Return options for `navigator.credentials.create()`, and a token that is valid for five minutes, once.

    The session must have been authenticated in the last ten minutes, by two factors if the account has any.
    """
    return CeremonyResponse.of(await container.begin_passkey()(caller=caller))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Add a passkey",
    responses=problems(
        *PASSKEY_ERRORS, StepUpRequired, PasskeyTaken, TooManyPasskeys, TooManyRequests, body=True
    ),
)
async def add_passkey(
    body: NewPasskeyRequest, caller: CallerDep, container: ContainerDep
) -> NewPasskeyResponse:
    """Store the new passkey. From then on it logs in, and a password alone does not.

    A credential that does not answer these options is 422 `not_a_credential`. The session counts as
    authenticated by the passkey from then on.
    """
    added = await container.add_passkey()(
        caller=caller, token=body.token, credential=body.credential, name=body.name
    )
    codes = None if added.recovery_codes is None else list(added.recovery_codes)
    return NewPasskeyResponse(**PasskeyResponse.of(added.passkey).model_dump(), recovery_codes=codes)


@router.get("", summary="List one's passkeys", responses=problems(*PASSKEY_ERRORS))
async def list_passkeys(caller: CallerDep, container: ContainerDep) -> PasskeysResponse:
    """Return the passkeys of the account, the oldest first; at most 20."""
    own = await container.list_passkeys()(caller=caller)
    party = container.settings().relying_party
    return PasskeysResponse(
        rp_id=party.id if party else "",
        user_handle=base64url.encode(own.handle) if own.handle else None,
        passkeys=[PasskeyResponse.of(passkey) for passkey in own.passkeys],
    )


@router.patch(
    "/{passkey_id:credential_id}",
    summary="Rename a passkey",
    responses=problems(*PASSKEY_ERRORS, PasskeyNotFound, body=True),
)
async def rename_passkey(
    passkey_id: str, body: RenamePasskeyRequest, caller: CallerDep, container: ContainerDep
) -> PasskeyResponse:
    """Give a passkey another name."""
    renamed = await container.rename_passkey()(caller=caller, id_=passkey_id, name=body.name)
    return PasskeyResponse.of(renamed)


@router.delete(
    "/{passkey_id:credential_id}",
    **NO_CONTENT,
    summary="Remove a passkey",
    responses=problems(*PASSKEY_ERRORS, StepUpRequired, PasskeyNotFound, LastCredential, TooManyRequests),
)
async def remove_passkey(passkey_id: str, caller: CallerDep, container: ContainerDep) -> None:
    """Remove a passkey, unless it is the last way to log in. Sessions that it began go on.

    If it was the last second factor, recovery codes go with it, and a password alone is enough again. The
    session must have been authenticated in the last ten minutes, by two factors.
    """
    await container.remove_passkey()(caller=caller, id_=passkey_id)

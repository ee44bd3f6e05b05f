"""``/invitations/accept`` and ``/users/me/invitations/accept``: accept an invitation."""

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from fastauth.domain.accounts.errors import RegistrationClosed, UsernameTaken
from fastauth.domain.delegation.errors import OwnAccount
from fastauth.domain.invitations.errors import AnotherAddressInvited, LogInToAccept
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.roles.errors import TooManyPermissions
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ClientAddressDep,
    ContainerDep,
    LanguageDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.schemas import UserResponse
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(tags=["invitations"], route_class=StrictJSONRoute)


class InvitationTokenRequest(BaseModel):
    """The token of an invitation."""

    token: str = Field(description="The token in the link of the mail.", examples=["fa_in_..."], repr=False)


class AcceptInvitationRequest(InvitationTokenRequest):
    """A new account of an invited person. The rules of its fields are those of a registration."""

    username: str = Field(description="1 to 50 characters of one script, without spaces.", examples=["ann"])
    password: str = Field(
        description="At most 256 characters, any of them.", repr=False, examples=["p4ssw0rd"]
    )
    fullname: str = Field(description="1 to 50 characters.", examples=["Ann Lee"])
    locale: str | None = Field(
        default=None,
        description="The language of mails to the user (BCP 47). Without it, that of `Accept-Language`.",
    )


@router.post(
    "/invitations/accept",
    status_code=status.HTTP_201_CREATED,
    summary="Accept an invitation with a new account",
    responses=problems(
        InvalidLink,
        RegistrationClosed,
        LogInToAccept,
        UsernameTaken,
        TooManyPermissions,
        TooManyRequests,
        HashingOverloaded,
        body=True,
    ),
)
async def accept_invitation(
    body: AcceptInvitationRequest, address: ClientAddressDep, language: LanguageDep, container: ContainerDep
) -> UserResponse:
    """Create an account whose e-mail address is the invited one, and is verified. It gets the promised roles.

    After an error the token stays valid. If an account has the address, log in to it and accept there.
    """
    user = await container.accept_invitation()(
        token=body.token,
        username=body.username,
        password=body.password,
        fullname=body.fullname,
        locale=language if body.locale is None else body.locale,
        address=address,
    )
    return UserResponse.of(user)


@router.post(
    "/users/me/invitations/accept",
    **NO_CONTENT,
    summary="Accept an invitation with the caller's account",
    responses=problems(
        *AUTHENTICATION_ERRORS, InvalidLink, OwnAccount, AnotherAddressInvited, TooManyPermissions, body=True
    ),
)
async def accept_invitation_as_user(
    body: InvitationTokenRequest, caller: CallerDep, container: ContainerDep
) -> None:
    """Give the caller's account the promised roles. Its verified address must be the invited one."""
    await container.accept_invitation_as_user()(caller=caller, token=body.token)

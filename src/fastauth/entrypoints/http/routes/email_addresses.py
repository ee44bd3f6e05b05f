"""``/users/me/email``: change, verify and remove one's e-mail address."""

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.errors import NotOffered
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    MAIL_OFFERED,
    CallerDep,
    ContainerDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.schemas import AcceptedResponse, EmailResponse
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(
    prefix="/users/me/email",
    tags=["e-mail addresses"],
    route_class=StrictJSONRoute,
    dependencies=[MAIL_OFFERED],
)


class ChangeAddressRequest(BaseModel):
    """A new address."""

    email: str = Field(description="At most 254 characters.", examples=["santosh@example.com"])


class TokenRequest(BaseModel):
    """The token of a mail."""

    token: str = Field(description="What follows `#token=` in the link.", repr=False)


@router.put(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Add or change one's address",
    responses=problems(*AUTHENTICATION_ERRORS, StepUpRequired, NotOffered, TooManyRequests, body=True),
)
async def change_address(
    body: ChangeAddressRequest, caller: CallerDep, container: ContainerDep
) -> AcceptedResponse:
    """Store a new address, and send a link to it by which it is verified.

    A verified address stays until the new one is verified, and then gets a mail by which the
    change can be undone for seven days. The session must have been authenticated in the last ten minutes, by
    two factors if the account has any.
    """
    await container.change_address()(caller=caller, email=body.email)
    return AcceptedResponse()


@router.post(
    "/resend",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Send the verification mail again",
    responses=problems(*AUTHENTICATION_ERRORS, NotOffered, TooManyRequests),
)
async def resend_verification(caller: CallerDep, container: ContainerDep) -> AcceptedResponse:
    """Send another link to the address that is not verified yet. The link before it is no longer valid."""
    await container.resend_verification()(caller=caller)
    return AcceptedResponse()


@router.post(
    "/verify",
    summary="Verify one's address",
    responses=problems(*AUTHENTICATION_ERRORS, InvalidLink, NotOffered, EmailTaken, body=True),
)
async def verify_address(body: TokenRequest, caller: CallerDep, container: ContainerDep) -> EmailResponse:
    """Verify the new address, by the token of the mail and a session of the same account.

    The token of a first address is valid for a day, that of an address which replaces another one for an
    hour.
    """
    return EmailResponse.of(await container.verify_address()(caller=caller, token=body.token))


@router.post(
    "/undo",
    **NO_CONTENT,
    summary="Undo a change of an address",
    responses=problems(InvalidLink, NotOffered, EmailTaken, body=True),
)
async def undo_address_change(body: TokenRequest, container: ContainerDep) -> None:
    """Put a replaced address back and end every session of the account, without a log-in.

    The token is in the mail that the replaced address got, and is valid for seven days.
    """
    await container.undo_address_change()(token=body.token)


@router.delete(
    "",
    **NO_CONTENT,
    summary="Remove one's address",
    responses=problems(*AUTHENTICATION_ERRORS, StepUpRequired, NotOffered),
)
async def remove_address(caller: CallerDep, container: ContainerDep) -> None:
    """Remove the address, and one that is not verified yet.

    The verified one gets a mail by which it can be put back for seven days. Without an address, a forgotten
    password can be replaced by an operator only. The session must have been authenticated in the last ten
    minutes, by two factors if the account has any.
    """
    await container.remove_address()(caller=caller)

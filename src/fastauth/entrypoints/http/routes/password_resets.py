"""``/password-resets``: replace a forgotten password."""

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from fastauth.domain.errors import NotOffered
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.dependencies import MAIL_OFFERED, ClientAddressDep, ContainerDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.schemas import AcceptedResponse
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(
    prefix="/password-resets",
    tags=["passwords"],
    route_class=StrictJSONRoute,
    dependencies=[MAIL_OFFERED],
)


class ResetRequest(BaseModel):
    """Whose password was forgotten."""

    identifier: str = Field(
        description="A username or a verified e-mail address; at most 254 characters.",
        examples=["santosh@example.com"],
        repr=False,
    )


class CompleteResetRequest(BaseModel):
    """The token of the mail, and the new password."""

    token: str = Field(description="What follows `#token=` in the link.", repr=False)
    new_password: str = Field(examples=["correct horse battery staple"], repr=False)


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Ask for the reset of a password",
    responses=problems(NotOffered, TooManyRequests, body=True),
)
async def request_password_reset(
    body: ResetRequest, address: ClientAddressDep, container: ContainerDep
) -> AcceptedResponse:
    """Send a mail to the verified address of an account.

    The response is the same whether or not there is such an account, and whether or not a mail is sent.
    """
    await container.request_password_reset()(identifier=body.identifier, address=address)
    return AcceptedResponse()


@router.post(
    "/complete",
    **NO_CONTENT,
    summary="Reset a password",
    responses=problems(InvalidLink, NotOffered, HashingOverloaded, body=True),
)
async def complete_password_reset(body: CompleteResetRequest, container: ContainerDep) -> None:
    """Replace the password by the token of the mail, and end every session of the account.

    No session begins: log in with the new password. A new password that is not allowed (422) leaves the
    token valid.
    """
    await container.complete_password_reset()(token=body.token, new_password=body.new_password)

"""``/users/me``: the caller's own account."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fastauth.application.sessions.get_account_overview import AccountOverview
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ContainerDep,
    OwnAccountDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.schemas import EmailResponse, UserResponse
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/users/me", tags=["users"], route_class=StrictJSONRoute)


class UpdateProfileRequest(BaseModel):
    """A new full name."""

    fullname: str = Field(description="1 to 50 characters.", examples=["Santosh K. Kumar"])


class AccountResponse(UserResponse):
    """An account, as its owner sees it."""

    email: EmailResponse | None = Field(description="The verified e-mail address.")
    pending_email: str | None = Field(
        description="An address that is not verified yet.", examples=["santosh.kumar@example.com"]
    )
    locale: str | None = Field(description="The language of mails to the user (BCP 47).", examples=["de"])
    has_password: bool = Field(
        description="Whether a password logs in. An account may have passkeys only.", examples=[True]
    )
    must_enrol: bool = Field(
        description="Whether the account must add a second factor: until then, access tokens lack roles or "
        "permissions of it.",
        examples=[False],
    )

    @classmethod
    def of_account(cls, account: AccountOverview) -> "AccountResponse":
        """Return the account as it is sent."""
        verified, pending = account.addresses.verified, account.addresses.pending
        return cls(
            **UserResponse.of(account.user).model_dump(),
            email=EmailResponse.of(verified) if verified else None,
            pending_email=pending.address.text if pending else None,
            locale=account.user.locale,
            has_password=account.has_password,
            must_enrol=account.must_enrol,
        )


@router.get("", summary="Get one's account", responses=problems(*AUTHENTICATION_ERRORS))
async def get_account(account: OwnAccountDep) -> AccountResponse:
    """Return the account that the access token belongs to, with its e-mail addresses."""
    return AccountResponse.of_account(account)


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

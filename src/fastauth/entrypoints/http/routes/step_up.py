"""``/sessions/current/step-up``: authenticate again in a session."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.passwords.errors import HashingOverloaded, WrongPassword
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ClientAddressDep,
    ContainerDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.factor_request import FactorRequest
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

PASSWORD = "password"  # noqa: S105  the name of a method
"""The method without a second factor."""

router = APIRouter(prefix="/sessions/current", tags=["sessions"], route_class=StrictJSONRoute)


class StepUpRequest(FactorRequest):
    """The password of the caller, or a second factor if the account has one."""

    method: str = Field(default=PASSWORD, description="`password`, or the method of a second factor.")
    password: str | None = Field(default=None, examples=["sntsh"], repr=False)
    token: str | None = Field(
        default=None, description="Of the method `passkey`: the token of its options.", repr=False
    )


class AccessTokenResponse(BaseModel):
    """A new access token of the session. Its refresh token stays as it is."""

    access_token: str = Field(description="A JWT (RFC 9068) with the new auth_time.", repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  RFC 6750's name
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[300])


@router.post(
    "/step-up",
    summary="Authenticate again",
    responses=problems(
        *AUTHENTICATION_ERRORS,
        StepUpRequired,
        InvalidSecondFactor,
        WrongPassword,
        TooManyRequests,
        HashingOverloaded,
        body=True,
    ),
)
async def step_up(
    body: StepUpRequest, caller: CallerDep, address: ClientAddressDep, container: ContainerDep
) -> AccessTokenResponse:
    """Authenticate again, for a request that was answered with `step_up_required` (RFC 9470).

    An account with a second factor needs it here: a password gets `step_up_required` again.
    """
    if body.method == PASSWORD:
        if body.password is None:
            raise InvalidInput(Violation("password", "missing", "This field is required."))
        token = await container.step_up()(caller=caller, password=body.password, address=address)
    else:
        token = await container.step_up_with_factor()(
            caller=caller, answer=body.answer(challenge=body.token or ""), address=address
        )
    return AccessTokenResponse(access_token=token.text, expires_in=token.expires_in)

"""``/sessions/second-factor``: the second step of a log-in."""

from fastapi import APIRouter, status
from pydantic import Field

from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.entrypoints.http.dependencies import ContainerDep, DeviceDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.factor_request import FactorRequest
from fastauth.entrypoints.http.strict_json import StrictJSONRoute
from fastauth.entrypoints.http.token_response import LoginResponse

router = APIRouter(prefix="/sessions/second-factor", tags=["sessions"], route_class=StrictJSONRoute)


class SecondFactorRequest(FactorRequest):
    """The challenge of a log-in, and a second factor of the account."""

    challenge: str = Field(examples=["fa_mf_..."], repr=False)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Complete a log-in",
    responses=problems(InvalidSecondFactor, body=True),
)
async def complete_log_in(
    body: SecondFactorRequest, device: DeviceDep, container: ContainerDep
) -> LoginResponse:
    """Start the session of a log-in that was answered with a challenge, by a second factor of the account.

    A challenge is valid for five minutes and five attempts, and starts one session. A wrong code and a
    challenge that is not valid any more get the same response.
    """
    answer = body.answer(challenge=body.challenge)
    return LoginResponse.begun(await container.complete_log_in()(answer=answer, client=device))

"""``/sessions/exchange``: a login code for tokens."""

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from fastauth.domain.login_codes.errors import InvalidLoginCode
from fastauth.entrypoints.http.dependencies import ContainerDep, DeviceDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.strict_json import StrictJSONRoute
from fastauth.entrypoints.http.token_response import TokenResponse

router = APIRouter(prefix="/sessions", tags=["sessions"], route_class=StrictJSONRoute)


class ExchangeRequest(BaseModel):
    """A login code, and the verifier of its challenge."""

    code: str = Field(examples=["fa_lc_..."], repr=False)
    code_verifier: str = Field(
        description="The text whose SHA-256 was the code_challenge (RFC 7636).",
        examples=["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"],
        repr=False,
    )


@router.post(
    "/exchange",
    status_code=status.HTTP_201_CREATED,
    summary="Exchange a login code",
    responses=problems(InvalidLoginCode, body=True),
)
async def exchange_login_code(
    body: ExchangeRequest, device: DeviceDep, container: ContainerDep
) -> TokenResponse:
    """Start a session with the code of a log-in on the pages.

    A code works once, within a minute, with the verifier that belongs to it. The session has the time and
    the methods of the log-in on the pages, and ends no later than that.
    """
    return TokenResponse.of(
        await container.exchange_login_code()(code=body.code, code_verifier=body.code_verifier, client=device)
    )

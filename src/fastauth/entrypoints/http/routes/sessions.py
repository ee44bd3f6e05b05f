"""``/sessions``: log in, refresh, list sessions, log out."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from fastauth.application.sessions.login_result import SecondFactorChallenge
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.sessions.errors import InvalidRefreshToken, SessionNotFound
from fastauth.domain.sessions.session import Session, SessionId
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ContainerDep,
    DeviceDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.pagination import (
    PAGE_HEADERS,
    SESSION_PAGE_PARAMETERS,
    next_session_page_link,
    parse_session_page,
)
from fastauth.entrypoints.http.query import QueryValues
from fastauth.entrypoints.http.strict_json import StrictJSONRoute
from fastauth.entrypoints.http.token_response import LoginResponse, TokenResponse

router = APIRouter(prefix="/sessions", tags=["sessions"], route_class=StrictJSONRoute)


class LoginRequest(BaseModel):
    """Username and password."""

    username: str = Field(examples=["santosh"])
    password: str = Field(examples=["sntsh"], repr=False)
    device_token: str | None = Field(
        default=None, description="The device token of an earlier log-in on this device.", repr=False
    )


class RefreshRequest(BaseModel):
    """The newest refresh token of a session."""

    refresh_token: str = Field(examples=["fa_rt_..."], repr=False)


class ChallengeResponse(BaseModel):
    """A challenge in place of a session: the account has a second factor."""

    challenge: str = Field(
        description="To be sent to POST /sessions/second-factor, once.", examples=["fa_mf_..."], repr=False
    )
    methods: list[SecondFactorMethod] = Field(
        description="What the account can answer with.", examples=[["totp", "recovery_code"]]
    )
    expires_in: int = Field(description="Seconds until the challenge expires.", examples=[300])


class SessionResponse(BaseModel):
    """An active session of the caller."""

    id: str = Field(examples=["513106b3caad308e39e2022d8d910d2d"])
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime = Field(description="When it expires unless it is refreshed before.")
    user_agent: str = Field(examples=["curl/8.5.0"])
    address: str = Field(examples=["192.0.2.1"])
    current: bool = Field(description="Whether this is the session of the request.")

    @classmethod
    def of(cls, session: Session, *, current: SessionId) -> "SessionResponse":
        """Return the session as it is shown."""
        return cls(
            id=session.id,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.refresh_expires_at,
            user_agent=session.client.user_agent,
            address=session.client.address,
            current=session.id == current,
        )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Log in",
    response_model=LoginResponse,
    responses={
        **problems(InvalidCredentials, TooManyRequests, HashingOverloaded, body=True),
        202: {"model": ChallengeResponse, "description": "The account has a second factor."},
    },
)
async def log_in(
    body: LoginRequest, device: DeviceDep, container: ContainerDep
) -> LoginResponse | JSONResponse:
    """Start a session with a username and a password.

    An unknown username, a wrong password, a disabled account and a locked account get the same response,
    after the same work. The right password of an account with a second factor gets a challenge.
    """
    result = await container.log_in()(
        username=body.username, password=body.password, client=device, device_token=body.device_token
    )
    if isinstance(result, SecondFactorChallenge):
        challenge = ChallengeResponse(
            challenge=result.token, methods=list(result.methods), expires_in=result.expires_in
        )
        return JSONResponse(challenge.model_dump(), status.HTTP_202_ACCEPTED)
    return LoginResponse.begun(result)


@router.post(
    "/refresh",
    summary="Refresh a session",
    responses=problems(InvalidRefreshToken, TooManyRequests, body=True),
)
async def refresh_session(body: RefreshRequest, device: DeviceDep, container: ContainerDep) -> TokenResponse:
    """Exchange a refresh token for its successor and a new access token.

    A refresh token can be exchanged once. Within the grace period, and while the successor has not been
    used, it returns the same successor again, so that two tabs may refresh at once and a lost response does
    no harm. For the client that exchanged it, by user agent and network, the grace period is ten minutes.
    Used after that, the token has been stolen, or was: the session ends.
    """
    return TokenResponse.of(
        await container.refresh_session()(refresh_token=body.refresh_token, client=device)
    )


@router.get(
    "",
    summary="List one's sessions",
    responses={**problems(*AUTHENTICATION_ERRORS, query=True), 200: PAGE_HEADERS},
    openapi_extra=SESSION_PAGE_PARAMETERS,
)
async def list_sessions(
    response: Response,
    caller: CallerDep,
    container: ContainerDep,
    limit: QueryValues = None,
    after: QueryValues = None,
) -> list[SessionResponse]:
    """List the active sessions of the caller, the newest first."""
    wanted = parse_session_page(limits=limit, afters=after)
    sessions, following = await container.list_sessions()(
        caller=caller, after=wanted.after, limit=wanted.limit
    )
    if following:
        response.headers["Link"] = next_session_page_link(following, limit=wanted.limit)
    return [SessionResponse.of(session, current=caller.session.id) for session in sessions]


@router.delete(
    "",
    **NO_CONTENT,
    summary="Delete all sessions",
    responses=problems(*AUTHENTICATION_ERRORS),
)
async def delete_all_sessions(caller: CallerDep, container: ContainerDep) -> None:
    """Log out everywhere: end every session of the caller.

    Refresh tokens and access tokens of an ended session are no longer accepted here. Services that verify
    access tokens locally refuse them when they read the revocation feed, or else when they expire.
    """
    await container.log_out()(caller=caller, session_id=None)


@router.delete(
    "/others",
    **NO_CONTENT,
    summary="Delete all other sessions",
    responses=problems(*AUTHENTICATION_ERRORS),
)
async def delete_other_sessions(caller: CallerDep, container: ContainerDep) -> None:
    """Log out all other devices: end every session of the caller but that of the access token."""
    await container.end_other_sessions()(caller=caller)


@router.delete(
    "/current",
    **NO_CONTENT,
    summary="Delete the current session",
    responses=problems(*AUTHENTICATION_ERRORS, SessionNotFound),
)
async def delete_current_session(caller: CallerDep, container: ContainerDep) -> None:
    """Log out: end the session of the access token.

    Its tokens are no longer accepted here. Services that verify access tokens locally refuse them when they
    read the revocation feed, or else when they expire.
    """
    await container.log_out()(caller=caller, session_id=caller.session.id)


@router.delete(
    "/{session_id:uuid}",
    **NO_CONTENT,
    summary="Delete a session",
    responses=problems(*AUTHENTICATION_ERRORS, SessionNotFound),
)
async def delete_session(session_id: UUID, caller: CallerDep, container: ContainerDep) -> None:
    """Log out another device: end one session of the caller.

    Its tokens are no longer accepted here. Services that verify access tokens locally refuse them when they
    read the revocation feed, or else when they expire.
    """
    await container.log_out()(caller=caller, session_id=SessionId(session_id.hex))

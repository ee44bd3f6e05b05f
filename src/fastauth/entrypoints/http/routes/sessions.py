"""``/sessions``: log in, refresh, see where one is logged in, log out."""

from datetime import datetime
from inspect import getdoc
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, Field

from fastauth.application.sessions.list_sessions import ListSessions
from fastauth.application.sessions.log_in import LogIn
from fastauth.application.sessions.log_out import LogOut
from fastauth.application.sessions.refresh_session import RefreshSession
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import InvalidRefreshToken, SessionNotFound
from fastauth.domain.sessions.session import Session, SessionId
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ContainerDep,
    DeviceDep,
)
from fastauth.entrypoints.http.openapi import NO_CONTENT, problems
from fastauth.entrypoints.http.pagination import (
    PAGE_HEADERS,
    PAGE_PARAMETERS,
    Repeatable,
    next_page_link,
    parse_page,
)
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/sessions", tags=["sessions"], route_class=StrictJSONRoute)


class LoginRequest(BaseModel):
    """Who wants to log in."""

    username: str = Field(examples=["santosh"])
    password: str = Field(examples=["sntsh"], repr=False)
    device_token: str | None = Field(
        default=None, description="What an earlier log-in on this device gave.", repr=False
    )


class RefreshRequest(BaseModel):
    """What a session goes on with."""

    refresh_token: str = Field(examples=["fa_rt_..."], repr=False)


class TokenResponse(BaseModel):
    """What a client gets for logging in or refreshing, in the words of OAuth 2 (RFC 6749)."""

    access_token: str = Field(
        description="A JWT (RFC 9068), to be sent as Authorization: Bearer ...", repr=False
    )
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  RFC 6750's name
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[300])
    refresh_token: str = Field(description="Good for one refresh.", examples=["fa_rt_..."], repr=False)

    @classmethod
    def of(cls, tokens: TokenPair) -> "TokenResponse":
        """Return the tokens as they are sent."""
        return cls(
            access_token=tokens.access.text,
            expires_in=tokens.access.expires_in,
            refresh_token=tokens.refresh,
        )


class LoginResponse(TokenResponse):
    """What a client gets for logging in."""

    device_token: str = Field(
        description="For the next log-in on this device: strangers' guesses do not count against it.",
        examples=["fa_dev_..."],
        repr=False,
    )


class SessionResponse(BaseModel):
    """One place where the caller is logged in."""

    id: str = Field(examples=["513106b3caad308e39e2022d8d910d2d"])
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime = Field(description="When it ends unless it is refreshed before.")
    user_agent: str = Field(examples=["curl/8.5.0"])
    address: str = Field(examples=["192.0.2.1"])
    current: bool = Field(description="Whether it is the session of this very request.")

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
    description=getdoc(LogIn),
    responses=problems(InvalidCredentials, TooManyRequests, HashingOverloaded, body=True),
)
async def log_in(body: LoginRequest, device: DeviceDep, container: ContainerDep) -> LoginResponse:
    """Log in."""
    begun = await container.log_in()(
        username=body.username, password=body.password, client=device, device_token=body.device_token
    )
    return LoginResponse(**TokenResponse.of(begun.tokens).model_dump(), device_token=begun.device_token)


@router.post(
    "/refresh",
    summary="Refresh a session",
    description=getdoc(RefreshSession),
    responses=problems(InvalidRefreshToken, TooManyRequests, body=True),
)
async def refresh(body: RefreshRequest, device: DeviceDep, container: ContainerDep) -> TokenResponse:
    """Refresh a session."""
    return TokenResponse.of(
        await container.refresh_session()(refresh_token=body.refresh_token, client=device)
    )


@router.get(
    "",
    summary="List one's sessions",
    description=getdoc(ListSessions),
    responses={**problems(*AUTHENTICATION_ERRORS, query=True), 200: PAGE_HEADERS},
    openapi_extra=PAGE_PARAMETERS,
)
async def list_sessions(
    response: Response,
    caller: CallerDep,
    container: ContainerDep,
    limit: Repeatable = None,
    after: Repeatable = None,
) -> list[SessionResponse]:
    """List one's sessions."""
    wanted = parse_page(limits=limit, afters=after)
    sessions, following = await container.list_sessions()(
        caller=caller, after=wanted.after, limit=wanted.limit
    )
    if following:
        response.headers["Link"] = next_page_link(following, limit=wanted.limit)
    return [SessionResponse.of(session, current=caller.session.id) for session in sessions]


@router.delete(
    "",
    **NO_CONTENT,
    summary="Log out everywhere",
    description=getdoc(LogOut),
    responses=problems(*AUTHENTICATION_ERRORS),
)
async def log_out_everywhere(caller: CallerDep, container: ContainerDep) -> None:
    """Log out everywhere."""
    await container.log_out()(caller=caller, session_id=None)


@router.delete(
    "/current",
    **NO_CONTENT,
    summary="Log out here",
    description=getdoc(LogOut),
    responses=problems(*AUTHENTICATION_ERRORS, SessionNotFound),
)
async def log_out_here(caller: CallerDep, container: ContainerDep) -> None:
    """Log out here."""
    await container.log_out()(caller=caller, session_id=caller.session.id)


@router.delete(
    "/{session_id:uuid}",
    **NO_CONTENT,
    summary="Log out there",
    description=getdoc(LogOut),
    responses=problems(*AUTHENTICATION_ERRORS, SessionNotFound),
)
async def log_out_there(session_id: UUID, caller: CallerDep, container: ContainerDep) -> None:
    """Log out there."""
    await container.log_out()(caller=caller, session_id=SessionId(session_id.hex))

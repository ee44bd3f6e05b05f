"""Helpers of tests that look at sessions through the use cases."""

import pytest
from tests.application import A_DEVICE, Application

from fastauth.application.sessions.login_result import LoginResult, SecondFactorChallenge
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import InvalidAccessToken, InvalidRefreshToken
from fastauth.domain.sessions.session import AuthenticatedUser, ClientInfo, SessionId


async def refresh(app: Application, tokens: TokenPair, device: ClientInfo = A_DEVICE) -> TokenPair:
    return await app.refresh_session(refresh_token=tokens.refresh, client=device)


async def caller_of(app: Application, tokens: TokenPair) -> AuthenticatedUser:
    return await app.authenticate(access_token=tokens.access.text)


def happened(app: Application, *types: EventType) -> list[Event]:
    return [event for event in app.storage.events if event.type in types]


def event_now(
    app: Application,
    event_type: EventType,
    *,
    user_id: UserId | None = None,
    session_id: SessionId | None = None,
    detail: str | None = None,
) -> Event:
    """Return an event of this moment, to compare with those that `happened`."""
    return Event(
        type=event_type, occurred_at=app.clock.now(), user_id=user_id, session_id=session_id, detail=detail
    )


async def is_over(app: Application, tokens: TokenPair) -> bool:
    with pytest.raises(InvalidRefreshToken):
        await refresh(app, tokens)
    with pytest.raises(InvalidAccessToken):
        await caller_of(app, tokens)
    return True


def begun(result: LoginResult | SecondFactorChallenge) -> LoginResult:
    """Return the result of a log-in that needs no second factor."""
    assert isinstance(result, LoginResult)
    return result

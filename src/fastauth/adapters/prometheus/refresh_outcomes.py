"""Tells an honest repetition of a refresh token from theft, from outside of the use case."""

from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from prometheus_client import Counter

from fastauth.application.sessions.refresh_session import RefreshSession
from fastauth.domain.rate_limits.errors import TooManyAttempts
from fastauth.domain.sessions.access_token import Tokens
from fastauth.domain.sessions.errors import InvalidRefreshToken
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.session import Caller, Device, Session

_outcome: ContextVar[str] = ContextVar("outcome")


class Refreshes:
    """`RefreshSession`, and what became of each token.

    ``throttled`` was presented too soon, and is not spent.
    ``rotated`` gave a new one. ``repeated`` gave the same once more, within the grace. ``reused`` was
    presented after that, and has ended its session. ``refused`` was none of these: made up, expired,
    or of a session that is over.
    """

    def __init__(self, refresh_session: RefreshSession, outcomes: Counter) -> None:
        self._refresh_session = replace(
            refresh_session, sessions=_OverheardSessions(refresh_session.sessions)
        )
        self._outcomes = outcomes

    async def __call__(self, *, refresh_token: str, device: Device) -> Tokens:
        """Refresh, and count."""
        _outcome.set("refused")
        try:
            tokens = await self._refresh_session(refresh_token=refresh_token, device=device)
        except TooManyAttempts:
            self._outcomes.labels("throttled").inc()
            raise
        except InvalidRefreshToken:
            self._outcomes.labels("reused" if _outcome.get() == "repeated" else "refused").inc()
            raise
        self._outcomes.labels(_outcome.get()).inc()
        return tokens


class _OverheardSessions:
    """The repository of a use case that first tries to rotate, and looks for the session if it cannot."""

    def __init__(self, sessions: SessionRepository) -> None:
        self._sessions = sessions

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever else the port has
        return getattr(self._sessions, name)

    async def rotate(self, *place: Any, **values: Any) -> Session | None:  # noqa: ANN401  passed on
        session: Session | None = await self._sessions.rotate(*place, **values)
        if session:
            _outcome.set("rotated")
        return session

    async def find(self, *place: Any, **values: Any) -> Caller | None:  # noqa: ANN401  passed on
        caller: Caller | None = await self._sessions.find(*place, **values)
        if caller:
            _outcome.set("repeated")
        return caller

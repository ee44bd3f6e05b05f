"""Sessions in the table ``session``."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, exists, insert, or_, select, update

from fastauth.adapters.sql.connections import Connections
from fastauth.adapters.sql.events import Scribe
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.recorded_act import RecordedAct
from fastauth.adapters.sql.tables import Instant, session, user_info
from fastauth.adapters.sql.users import user_of
from fastauth.domain.counting import Refund
from fastauth.domain.errors import InvalidCredentials
from fastauth.domain.event import EventKind
from fastauth.domain.password import PasswordHash
from fastauth.domain.refresh_token import TokenDigest
from fastauth.domain.session import Caller, Device, Session, SessionId
from fastauth.domain.user import UserId

_NOW = bindparam("now", type_=Instant)
lives = and_(session.c.ended_at.is_(None), session.c.refresh_expires_at > _NOW)
_user_is_enabled = exists().where(user_info.c.id == session.c.user_id, user_info.c.disabled_at.is_(None))

# The row of the user stays locked until the session is there: a change of the password or of the
# account at the same time either sees this session, or is seen by this statement.
_START = RecordedAct(
    insert(session).from_select(
        session.columns.keys(),
        select(*(bindparam(f"new_{column.name}", type_=column.type) for column in session.columns))
        .where(
            user_info.c.id == bindparam("new_user_id"),
            user_info.c.disabled_at.is_(None),
            user_info.c.password == bindparam("password_hash"),
        )
        .with_for_update(read=True),
    ),
    EventKind.LOGGED_IN,
    session.c.id,
    session.c.user_id,
    user_id=session.c.user_id,
    session_id=session.c.id,
)

_ROTATE = RecordedAct(
    update(session)
    .where(
        session.c.id == bindparam("session_id"),
        session.c.refresh_digest.in_([bindparam("spent"), bindparam("spent_too")]),
        lives,
        _user_is_enabled,
    )
    .values(
        spent_digest=session.c.refresh_digest,
        spent_at=_NOW,
        refresh_digest=bindparam("successor"),
        refresh_expires_at=case(
            (session.c.expires_at < bindparam("until", type_=Instant), session.c.expires_at),
            else_=bindparam("until", type_=Instant),
        ),
        last_used_at=_NOW,
    ),
    EventKind.REFRESHED,
    *session.columns,
    user_id=session.c.user_id,
    session_id=session.c.id,
)

_FIND = (
    select(session, *(column for column in user_info.columns if column.name != "id"))
    .join(user_info, user_info.c.id == session.c.user_id)
    .where(session.c.id == bindparam("session_id"), lives, user_info.c.disabled_at.is_(None))
)

_OF_USER = (
    select(session)
    .where(session.c.user_id == bindparam("user_id"), lives)
    .order_by(session.c.created_at.desc(), session.c.id)
)

_END = (
    update(session)
    .where(
        session.c.user_id == bindparam("of_user"),
        or_(bindparam("only", type_=session.c.id.type).is_(None), session.c.id == bindparam("only")),
        or_(bindparam("but", type_=session.c.id.type).is_(None), session.c.id != bindparam("but")),
        lives,
    )
    .values(ended_at=_NOW)
)


class SqlSessionRepository:
    """See `fastauth.domain.ports.SessionRepository`."""

    def __init__(self, *, connections: Connections, scribe: Scribe) -> None:
        self._connections = connections
        self._scribe = scribe

    async def start(
        self, new: Session, *, password_hash: PasswordHash, refunds: tuple[Refund, ...] = ()
    ) -> None:
        """Insert a row, if the user is still the one who was asked for the password."""
        values: dict[str, object] = {f"new_{name}": value for name, value in _values(new).items()}
        values["password_hash"] = password_hash.encoded
        with storage_failures():
            started = await _START(
                self._connections, values, self._scribe, refunds=refunds, now=new.created_at
            )
        if started is None:
            raise InvalidCredentials

    async def rotate(
        self,
        session_id: SessionId,
        *,
        spent: tuple[TokenDigest, ...],
        successor: TokenDigest,
        now: datetime,
        refresh_until: datetime,
    ) -> Session | None:
        """Compare and replace in one statement."""
        values = {
            "session_id": session_id,
            "spent": spent[0],
            "spent_too": spent[-1],
            "successor": successor,
            "now": now,
            "until": refresh_until,
        }
        with storage_failures():
            row = await _ROTATE(self._connections, values, self._scribe)
        return _session(row) if row else None

    async def find(self, session_id: SessionId, *, now: datetime) -> Caller | None:
        """Join the session with its user."""
        with storage_failures():
            async with self._connections.connect() as connection:
                row = (await connection.execute(_FIND, {"session_id": session_id, "now": now})).one_or_none()
        return Caller(user_of(row, user_id=row.user_id), _session(row)) if row else None

    async def of_user(self, user_id: UserId, *, now: datetime) -> list[Session]:
        """List what lives."""
        with storage_failures():
            async with self._connections.connect() as connection:
                rows = (await connection.execute(_OF_USER, {"user_id": user_id, "now": now})).all()
        return [_session(row) for row in rows]

    async def end(
        self, user_id: UserId, *, only: SessionId | None = None, but: SessionId | None = None, now: datetime
    ) -> int:
        """Set ``ended_at`` wherever it is not set."""
        values = {"of_user": user_id, "only": only, "but": but, "now": now}
        with storage_failures():
            async with self._connections.connect() as connection:
                ended: int = (await connection.execute(_END, values)).rowcount
                return ended


def _values(new: Session) -> dict[str, object]:
    return {
        "id": new.id,
        "user_id": new.user_id,
        "user_agent": new.device.user_agent,
        "address": new.device.address,
        "created_at": new.created_at,
        "last_used_at": new.last_used_at,
        "expires_at": new.expires_at,
        "refresh_digest": new.refresh_digest,
        "refresh_expires_at": new.refresh_expires_at,
        "spent_digest": new.spent_digest,
        "spent_at": new.spent_at,
        "ended_at": new.ended_at,
    }


def _session(row: Row[Any]) -> Session:
    return Session(
        id=SessionId(row.id),
        user_id=UserId(row.user_id),
        device=Device(user_agent=row.user_agent, address=row.address),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        refresh_digest=TokenDigest(row.refresh_digest),
        refresh_expires_at=row.refresh_expires_at,
        spent_digest=None if row.spent_digest is None else TokenDigest(row.spent_digest),
        spent_at=row.spent_at,
        ended_at=row.ended_at,
    )

"""Sessions in the table ``session``."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from fastauth.adapters.sql.accounts.users import user_of
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.events.audit_columns import AuditColumns
from fastauth.adapters.sql.rate_limits.limit_column import limit_parameters, parse_arrival_time
from fastauth.adapters.sql.revocations.log import INSERT as INSERT_REVOCATION
from fastauth.adapters.sql.revocations.log import row_of
from fastauth.adapters.sql.roles.grants import parse_grants
from fastauth.adapters.sql.sessions import start_statements, statements
from fastauth.domain.accounts.user import UserId
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.proof import (
    ChallengeProof,
    PasskeyProof,
    PasswordProof,
    Proof,
    SessionProof,
    StartProof,
    TwoFactorProof,
)
from fastauth.domain.sessions.refresh_token import TokenDigest
from fastauth.domain.sessions.session import (
    MAX_COUNTED,
    RENEWAL_EVENT_INTERVAL,
    AuthenticatedUser,
    ClientDigest,
    ClientInfo,
    RenewedSession,
    Rotation,
    Session,
    SessionCursor,
    SessionId,
)

_DAY = timedelta(days=1)


class SqlSessionRepository:
    """See `fastauth.domain.sessions.ports.SessionRepository`."""

    def __init__(self, *, connections: Connections, audit_columns: AuditColumns) -> None:
        self._connections = connections
        self._audit_columns = audit_columns

    async def add(
        self,
        new: Session,
        *,
        proof: StartProof,
        max_sessions: int,
        refunds: tuple[Refund, ...] = (),
    ) -> Grants:
        """Insert a row, unless the account has changed since the proof was verified."""
        values: dict[str, object] = {f"new_{name}": value for name, value in _values(new).items()}
        values |= {"max_others": max_sessions - 1, **_proof_values(proof)}
        if not isinstance(proof, PasswordProof):
            values["new_methods"] = " ".join(new.methods)
        if isinstance(proof, SessionProof):
            values["new_authenticated_at"] = new.authenticated_at
        if isinstance(proof, ChallengeProof):
            add = start_statements.ADD_ANSWERED[proof.step is not None]
        else:
            add = start_statements.ADD[type(proof)]
        added = await add(self._connections, values, self._audit_columns, refunds=refunds, now=new.created_at)
        if added is None:
            raise InvalidCredentials
        return parse_grants(added.grants)

    async def rotate(
        self, session_id: SessionId, rotation: Rotation, *, now: datetime
    ) -> RenewedSession | None:
        """Compare and update in one statement."""
        values = {
            "session_id": session_id,
            "presented": list(rotation.presented),
            "client": rotation.client,
            "successor": rotation.successor,
            "now": now,
            "new_expiry": rotation.expires_at,
            "sweep_at": purge_at(rotation.expires_at),
            "event_since": now - RENEWAL_EVENT_INTERVAL,
            **limit_parameters(rotation.limit, now),
        }
        row = await statements.ROTATE(self._connections, values, self._audit_columns)
        return RenewedSession(_session(row), parse_grants(row.grants)) if row else None

    async def step_up(
        self, session_id: SessionId, *, methods: tuple[str, ...], proof: Proof, now: datetime
    ) -> Grants | None:
        """Update the row, unless the account has changed since the proof was verified."""
        values = {
            "session_id": session_id,
            "new_methods": " ".join(methods),
            "now": now,
            **_proof_values(proof),
        }
        row = await statements.STEP_UP[type(proof)](self._connections, values, self._audit_columns)
        return parse_grants(row.grants) if row else None

    async def set_methods(
        self, user_id: UserId, methods: tuple[str, ...], *, session_id: SessionId | None = None
    ) -> None:
        """Update the rows of sessions that have not ended."""
        values = {"of_user": user_id, "target": session_id, "new_methods": " ".join(methods)}
        in_all, in_one = statements.SET_METHODS
        await self._connections.execute(in_one if session_id else in_all, values)

    async def find(self, session_id: SessionId, *, now: datetime) -> AuthenticatedUser | None:
        """Read the session together with its user."""
        values = {"session_id": session_id, "now": now}
        row = (await self._connections.execute(statements.FIND, values)).one_or_none()
        return AuthenticatedUser(user_of(row, user_id=row.user_id), _session(row)) if row else None

    async def list_active(
        self, user_id: UserId, *, now: datetime, after: SessionCursor | None = None, limit: int
    ) -> list[Session]:
        """Read a page of active sessions, newest first."""
        values: dict[str, object] = {"of_user": user_id, "now": now, "max_rows": limit}
        page = statements.PAGE
        if after:
            page = statements.PAGE_AFTER
            values |= {"after_created_at": after.created_at, "after_id": after.id}
        rows = (await self._connections.execute(page, values)).all()
        return [_session(row) for row in rows]

    async def revoke(self, user_id: UserId, *, session_id: SessionId, now: datetime) -> bool:
        """Set ``ended_at``, unless it is set."""
        values = {"of_user": user_id, "target": session_id, "now": now}
        revoked: int = (await self._connections.execute(statements.REVOKE, values)).rowcount
        return bool(revoked)

    async def revoke_all(self, user_id: UserId, *, except_: SessionId | None = None, now: datetime) -> int:
        """Begin a new epoch of the account, which revokes all sessions of the previous one.

        The row of the user is locked first, as in `add` and in every other revocation. Up to `MAX_COUNTED`
        sessions are also marked as ended: so they can be counted, and versions of the service without epochs
        refuse them.
        """
        values: dict[str, object] = {"of_user": user_id, "kept": except_, "now": now}

        def work(connection: Connection) -> int:
            epoch = connection.execute(statements.BEGIN_EPOCH, values).scalar()
            if epoch is None:
                return 0
            if except_:
                connection.execute(statements.KEEP_ONE, values | {"new_epoch": epoch})
            ended = connection.execute(statements.MARK_SOME, values | {"new_epoch": epoch}).rowcount
            if ended == MAX_COUNTED:
                # As of now: refreshes that were under way have committed, or find their session ended.
                revocation = Revocation.of_user(user_id, at=self._audit_columns.now())
                connection.execute(INSERT_REVOCATION, row_of(revocation))
            return ended

        return await self._connections.run_in_transaction(work)


def purge_at(expiry: datetime) -> datetime:
    """Return the next midnight (UTC), so that most refreshes do not change the indexed column."""
    return expiry.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY


def _proof_values(proof: StartProof) -> dict[str, object]:
    match proof:
        case PasskeyProof():
            return {}
        case SessionProof(session_id):
            return {"origin": session_id}
        case PasswordProof(password_hash) | TwoFactorProof(password_hash):
            return {"password_hash": password_hash.encoded}
        case ChallengeProof(password_hash, challenge, step):
            values: dict[str, object] = {"password_hash": password_hash.encoded, "challenge": list(challenge)}
            return values if step is None else {**values, "step": step}


def _values(new: Session) -> dict[str, object]:
    return {
        "id": new.id,
        "user_id": new.user_id,
        "user_agent": new.client.user_agent,
        "address": new.client.address,
        "created_at": new.created_at,
        "last_used_at": new.last_used_at,
        "expires_at": new.expires_at,
        "refresh_digest": new.refresh_digest,
        "refresh_expires_at": new.refresh_expires_at,
        "sweep_at": purge_at(new.refresh_expires_at),
    }


def _session(row: Row[Any]) -> Session:
    return Session(
        id=SessionId(row.id),
        user_id=UserId(row.user_id),
        client=ClientInfo(user_agent=row.user_agent, address=row.address),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        refresh_digest=TokenDigest(row.refresh_digest),
        refresh_expires_at=row.refresh_expires_at,
        previous_digest=None if row.spent_digest is None else TokenDigest(row.spent_digest),
        rotated_at=row.spent_at,
        rotated_by=None if row.spent_by is None else ClientDigest(row.spent_by),
        refresh_arrival_time=parse_arrival_time(row.refreshes_paid_until),
        ended_at=row.ended_at,
        authenticated_at=row.authenticated_at or row.created_at,
        methods=tuple((row.methods or "pwd").split()),
    )

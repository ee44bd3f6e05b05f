"""Statements that insert a session."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Insert,
    Update,
    and_,
    bindparam,
    exists,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.events.audited_statement import AuditedStatement
from fastauth.adapters.sql.one_time_tokens.tables import one_time_token
from fastauth.adapters.sql.roles.grants import grants_column
from fastauth.adapters.sql.second_factors.tables import totp
from fastauth.adapters.sql.sessions.statements import has_current_epoch
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.audit.event import EventType
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.sessions.proof import PasskeyProof, PasswordProof, Proof, SessionProof, TwoFactorProof

_MAX_SESSIONS_ENDED = 100
"""Sessions above the limit that one log-in revokes. Accounts from before the limit may have many."""

_NEW = [
    session.c[name]
    for name in (
        *("id", "user_id", "user_agent", "address", "created_at", "last_used_at", "expires_at"),
        *("refresh_digest", "refresh_expires_at", "sweep_at"),
    )
]
"""Columns of a new session; the others are set by a refresh or a revocation."""


_others = (
    select(session.c.id)
    .where(
        has_current_epoch("new_user_id"),
        session.c.ended_at.is_(None),
        session.c.refresh_expires_at > bindparam("new_created_at", type_=UtcDateTime),
        session.c.id != bindparam("new_id"),
    )
    .order_by(session.c.created_at.desc(), session.c.id.desc())
    .offset(bindparam("max_others"))
    .limit(literal_column(str(_MAX_SESSIONS_ENDED)))  # a parameter is 17 characters longer
    .correlate(None)
    # Without statistics of the table PostgreSQL would evaluate a subquery again for each open session.
    .cte("m")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
_excess = session.alias("x")
_REVOKE_EXCESS = (
    update(session)
    .where(
        session.c.id.in_(
            # Concurrent log-ins must not wait for each other's rows.
            select(_excess.c.id)
            .where(_excess.c.id.in_(select(_others.c.id)), _excess.c.ended_at.is_(None))
            .with_for_update(skip_locked=True)
        )
    )
    .values(ended_at=bindparam("new_created_at", type_=UtcDateTime))
)

# Short aliases keep the statement below the 4096 characters that psycopg prepares.
_user = user_info.alias("u")


def _add(columns: Sequence[Column[Any]], *further: ColumnElement[bool]) -> AuditedStatement:
    """Return the statement that inserts a session with these columns, under `further` conditions.

    The row of the user stays locked until the session is inserted. So a concurrent change of the password or
    the account either sees this session, or this statement sees the change.
    """
    return _audited(_insert(columns, _user.c.session_epoch, _is_enabled, *further, locks=True))


_is_enabled = and_(_user.c.id == bindparam("new_user_id"), _user.c.disabled_at.is_(None))


def _insert(
    columns: Sequence[Column[Any]], epoch: ColumnElement[int], *conditions: ColumnElement[bool], locks: bool
) -> Insert:
    values = (bindparam(f"new_{column.name}", type_=column.type) for column in columns)
    row = select(*values, epoch).where(*conditions)
    return insert(session).from_select(
        [*(column.name for column in columns), "epoch"], row.with_for_update(read=True) if locks else row
    )


def _audited(statement: Insert | dict[str, Insert], after: Sequence[Update] = ()) -> AuditedStatement:
    return AuditedStatement(
        statement,
        EventType.LOGIN_SUCCEEDED,
        session.c.id,
        session.c.user_id,
        look_up=grants_column,
        user_id=session.c.user_id,
        session_id=session.c.id,
        after=after,
        also=_REVOKE_EXCESS,
    )


_has_password = _user.c.password == bindparam("password_hash")
_WITH_METHODS = [*_NEW, session.c.methods]
_origin = session.alias("o")
_is_of_active_session = exists().where(
    _origin.c.id == bindparam("origin"),
    _origin.c.user_id == _user.c.id,
    _origin.c.epoch == _user.c.session_epoch,
    _origin.c.ended_at.is_(None),
    _origin.c.refresh_expires_at > bindparam("new_created_at", type_=UtcDateTime),
)

ADD: dict[type[Proof | SessionProof], AuditedStatement] = {
    # a factor that was confirmed since the account was read stops it
    PasswordProof: _add(_NEW, _has_password, _user.c.second_factor_at.is_(None)),
    TwoFactorProof: _add(_WITH_METHODS, _has_password),
    PasskeyProof: _add(_WITH_METHODS),
    # After a wait PostgreSQL evaluates the epoch again, which a revocation of all sessions has changed.
    SessionProof: _add([*_WITH_METHODS, session.c.authenticated_at], _is_of_active_session),
}
"""The statement for each kind of proof. Without methods they are those of a password."""

_owner = (
    select(_user.c.id, _user.c.session_epoch)
    .where(_is_enabled, _has_password)
    .with_for_update(read=True)
    .cte("o")
)


def _consume(user_id: ColumnElement[int]) -> Update:
    token, now = one_time_token, bindparam("new_created_at", type_=UtcDateTime)
    return (
        update(token)
        .where(
            token.c.user_id == user_id,
            token.c.digest.in_(bindparam("challenge", expanding=True)),
            token.c.purpose == literal(Purpose.SECOND_FACTOR.value, literal_execute=True),
            token.c.consumed_at.is_(None),
            token.c.expires_at > now,
        )
        .values(consumed_at=now)
    )


def _accept(user_id: ColumnElement[int]) -> Update:
    step = bindparam("step", type_=BigInteger)
    return (
        update(totp)
        .where(totp.c.user_id == user_id, totp.c.confirmed_at.is_not(None), totp.c.last_step < step)
        .values(last_step=step, failures=0)
    )


def _add_answered(*, has_step: bool) -> AuditedStatement:
    """Return the statement that also consumes a challenge, and accepts the step of a code.

    The row of the account is locked first, as by a change of its factors.
    """
    given: ColumnElement[int] = bindparam("new_user_id")
    last = _consume(_owner.c.id).returning(one_time_token.c.user_id).cte("c")
    if has_step:
        last = _accept(last.c.user_id).returning(totp.c.user_id).cte("a")
    return _audited(
        {
            "postgresql": _insert(
                _WITH_METHODS, _owner.c.session_epoch, _owner.c.id == last.c.user_id, locks=False
            ),
            "sqlite": _insert(_WITH_METHODS, _user.c.session_epoch, _is_enabled, _has_password, locks=False),
        },
        after=[_consume(given), *([_accept(given)] if has_step else [])],
    )


ADD_ANSWERED = {has_step: _add_answered(has_step=has_step) for has_step in (False, True)}
"""The statements for a `ChallengeProof`, with the step of a code and without."""

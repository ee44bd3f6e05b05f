"""Statements on the table ``session``."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    select,
    tuple_,
    update,
)

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.events.audited_statement import AuditedStatement
from fastauth.adapters.sql.rate_limits.limit_column import is_allowed, next_arrival_time
from fastauth.adapters.sql.roles.grants import grants_column
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.audit.event import EventType
from fastauth.domain.sessions.proof import PasskeyProof, PasswordProof, Proof, TwoFactorProof
from fastauth.domain.sessions.session import MAX_COUNTED

_NOW = bindparam("now", type_=UtcDateTime)
is_of_current_epoch = and_(user_info.c.id == session.c.user_id, user_info.c.session_epoch == session.c.epoch)
is_open = and_(session.c.ended_at.is_(None), session.c.refresh_expires_at > _NOW)
"""With `is_of_current_epoch`: the session is active. A new epoch of an account revokes all its sessions."""


def has_current_epoch(user_id: str) -> ColumnElement[bool]:
    """Return the condition that a session is of this user and of the user's current epoch.

    The epoch is a scalar subquery and not a join, so that the planner reads one page of the index
    ``session_open`` in its order.
    """
    epoch = select(user_info.c.session_epoch).where(user_info.c.id == bindparam(user_id))
    return and_(session.c.user_id == bindparam(user_id), session.c.epoch == epoch.scalar_subquery())


_NEW_EXPIRY = bindparam("new_expiry", type_=UtcDateTime)
_RECORDED_AT = session.c.refresh_recorded_at

ROTATE = AuditedStatement(
    update(session)
    .where(
        session.c.id == bindparam("session_id"),
        session.c.refresh_digest.in_(bindparam("presented", expanding=True)),
        is_open,
        exists().where(is_of_current_epoch, user_info.c.disabled_at.is_(None)),
        is_allowed(session.c.refreshes_paid_until),
    )
    .values(
        spent_digest=session.c.refresh_digest,
        spent_at=_NOW,
        spent_by=bindparam("client"),
        refresh_digest=bindparam("successor"),
        refresh_expires_at=case(
            (session.c.expires_at < _NEW_EXPIRY, session.c.expires_at), else_=_NEW_EXPIRY
        ),
        sweep_at=bindparam("sweep_at", type_=UtcDateTime),
        refreshes_paid_until=next_arrival_time(session.c.refreshes_paid_until),
        refresh_recorded_at=case(
            (bindparam("event_since", type_=UtcDateTime) < _RECORDED_AT, _RECORDED_AT), else_=_NOW
        ),
        last_used_at=_NOW,
    ),
    EventType.SESSION_RENEWED,
    *session.columns,
    look_up=grants_column,
    user_id=session.c.user_id,
    session_id=session.c.id,
    if_now=_RECORDED_AT,
)


def _step_up(*further: ColumnElement[bool]) -> AuditedStatement:
    return AuditedStatement(
        update(session)
        .where(
            session.c.id == bindparam("session_id"),
            is_open,
            exists().where(is_of_current_epoch, user_info.c.disabled_at.is_(None), *further),
        )
        .values(authenticated_at=_NOW, methods=bindparam("new_methods")),
        EventType.STEPPED_UP,
        session.c.id,
        session.c.user_id,
        look_up=grants_column,
        user_id=session.c.user_id,
        session_id=session.c.id,
    )


_has_password = user_info.c.password == bindparam("password_hash")

STEP_UP: dict[type[Proof], AuditedStatement] = {
    PasswordProof: _step_up(_has_password, user_info.c.second_factor_at.is_(None)),
    TwoFactorProof: _step_up(_has_password),
    PasskeyProof: _step_up(),
}
"""The statement for each kind of proof."""

USER_COLUMNS = (
    user_info.c.username,
    user_info.c.username_key,
    user_info.c.fullname,
    user_info.c.disabled_at,
    user_info.c.locale,
    user_info.c.second_factor_at,
)
"""The columns that `user_of` reads, but for the id."""


def of_active_session(selected: Select[Any]) -> Select[Any]:
    """Return the statement for the session ``session_id``, if it is active, and its user, if enabled."""
    return (
        selected.select_from(session)
        .join(user_info, is_of_current_epoch)
        .where(session.c.id == bindparam("session_id"), is_open, user_info.c.disabled_at.is_(None))
    )


FIND = of_active_session(select(session, *USER_COLUMNS))

PAGE = (
    select(session)
    .where(has_current_epoch("of_user"), is_open)
    .order_by(session.c.created_at.desc(), session.c.id.desc())
    .limit(bindparam("max_rows"))
)
PAGE_AFTER = PAGE.where(
    tuple_(session.c.created_at, session.c.id)
    < tuple_(bindparam("after_created_at", type_=UtcDateTime), bindparam("after_id", type_=session.c.id.type))
)

_SET_METHODS = (
    update(session)
    .where(session.c.user_id == bindparam("of_user"), session.c.ended_at.is_(None))
    .values(methods=bindparam("new_methods"))
)
SET_METHODS = (_SET_METHODS, _SET_METHODS.where(session.c.id == bindparam("target")))
"""In all sessions of a user, and in one."""

REVOKE = (
    update(session)
    .where(
        session.c.id == bindparam("target"),
        session.c.user_id == bindparam("of_user"),
        is_open,
        exists().where(is_of_current_epoch),
    )
    .values(ended_at=_NOW)
)

BEGIN_EPOCH = (
    update(user_info)
    .where(user_info.c.id == bindparam("of_user"))
    .values(session_epoch=user_info.c.session_epoch + 1)
    .returning(user_info.c.session_epoch)
)
_is_of_previous_epoch = and_(
    session.c.user_id == bindparam("of_user"), session.c.epoch == bindparam("new_epoch") - 1, is_open
)
KEEP_ONE = (
    update(session)
    .where(session.c.id == bindparam("kept"), _is_of_previous_epoch)
    .values(epoch=bindparam("new_epoch"))
)
MARK_SOME = (
    update(session)
    .where(session.c.id.in_(select(session.c.id).where(_is_of_previous_epoch).limit(MAX_COUNTED)))
    .values(ended_at=_NOW)
)

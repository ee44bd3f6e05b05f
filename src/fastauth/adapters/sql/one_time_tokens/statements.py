"""Statements on the table ``one_time_token``.

Each decides and changes in one statement. A SELECT before the UPDATE would let two requests find the same
open token.
"""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import Insert, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.one_time_tokens.tables import one_time_token as token
from fastauth.domain.one_time_tokens.token import Purpose

_NOW = bindparam("now", type_=UtcDateTime)
_is_found = and_(
    token.c.digest.in_(bindparam("digests", expanding=True)), token.c.purpose == bindparam("for_purpose")
)
_is_open = and_(
    _is_found,
    token.c.consumed_at.is_(None),
    token.c.expires_at > _NOW,
    token.c.created_at <= bindparam("latest", type_=UtcDateTime),
)


def open_at(now: datetime, purpose: Purpose) -> dict[str, object]:
    """Return the parameters of a statement on an open token that depend on the time."""
    return {"now": now, "latest": purpose.latest_creation(now)}


ISSUE = insert(token)

CONSUME = (
    update(token)
    .where(_is_open, or_(token.c.session_id.is_(None), token.c.session_id == bindparam("session")))
    .values(consumed_at=_NOW)
    .returning(*token.columns)
)

COUNT_ATTEMPT = (
    update(token)
    .where(_is_open, token.c.attempts < bindparam("max_attempts"))
    .values(attempts=token.c.attempts + 1)
    .returning(*token.columns)
)

FIND_OPEN = select(token).where(_is_open)
FIND_CONSUMED = select(token).where(_is_found, token.c.consumed_at.is_not(None))

WITHDRAW = delete(token).where(token.c.user_id == bindparam("of_user"), token.c.consumed_at.is_(None))
WITHDRAW_SOME = WITHDRAW.where(token.c.purpose.in_(bindparam("purposes", expanding=True)))


@lru_cache(maxsize=8)
def burn(dialect: str, digests: int) -> Insert:
    """Return an INSERT of a consumed token under each of so many digests, which returns the inserted rows.

    The parameters are ``digest_0`` and so on. The unique index decides: the token was open if all of its
    rows are new. A process that does not know the newest secret key yet inserts fewer rows of a token; the
    one row that all processes insert is that of the key that issued it.
    """
    rows = [
        {
            "purpose": bindparam("for_purpose"),
            "digest": bindparam(f"digest_{number}", type_=token.c.digest.type),
            "created_at": _NOW,
            "consumed_at": _NOW,
            "expires_at": bindparam("end", type_=UtcDateTime),
        }
        for number in range(digests)
    ]
    kind = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return kind(token).values(rows).on_conflict_do_nothing(index_elements=["digest"]).returning(token.c.id)

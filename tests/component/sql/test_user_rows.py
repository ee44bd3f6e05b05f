"""Accounts from rows of ``user_info`` and of its joins."""

from types import SimpleNamespace
from typing import Any

from fastauth.adapters.sql.accounts.users import user_of
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.accounts.username import Username


def test_adopted_table_may_have_the_id_zero() -> None:
    """In a join with the session, the column ``id`` is that of the session."""
    columns = dict.fromkeys(("disabled_at", "locale", "second_factor_at"))
    joined: Any = SimpleNamespace(
        id="c0ffee", username="Ann", username_key="ann", fullname="Ann Lee", **columns
    )
    assert user_of(joined, user_id=0) == User(
        id=UserId(0), username=Username("Ann", "ann"), fullname=FullName("Ann Lee")
    )

"""The rules of delegation as pure functions."""

from collections.abc import Callable

from tests.harness.tables import row

from fastauth.domain.accounts.user import UserId
from fastauth.domain.delegation.authority import Authority
from fastauth.domain.delegation.errors import MorePrivileged, OwnAccount, PermissionNotHeld
from fastauth.domain.errors import FastauthError
from fastauth.domain.roles.role import ADMIN, AUDITOR

ME, OTHER = UserId(1), UserId(2)
WRITE_USERS = "fastauth:users.write"

ADMINISTRATOR = ADMIN.permissions
ALL_BUT_ONE = ADMIN.permissions - {"fastauth:keys.write"}
HELP_DESK = frozenset({WRITE_USERS, "fastauth:users.read"})
CLERK = frozenset({"orders:read"})

COVERED: list[tuple[frozenset[str], frozenset[str], bool]] = [
    (ADMINISTRATOR, frozenset(), True),
    (ADMINISTRATOR, ADMINISTRATOR, True),
    (ADMINISTRATOR, AUDITOR.permissions | CLERK, True),
    (ADMINISTRATOR | CLERK, CLERK, True),
    (ALL_BUT_ONE, ADMINISTRATOR, False),
    (ALL_BUT_ONE, CLERK, False),
    (ALL_BUT_ONE, AUDITOR.permissions, True),
    (ALL_BUT_ONE | CLERK, CLERK, True),
    (HELP_DESK, frozenset(), True),
    (HELP_DESK, HELP_DESK, True),
    (HELP_DESK, CLERK, False),
    (HELP_DESK, AUDITOR.permissions, False),
    (frozenset(), frozenset(), True),
    (frozenset(), CLERK, False),
]


def raised(call: Callable[..., None], *arguments: object) -> type[FastauthError] | None:
    try:
        call(*arguments)
    except FastauthError as error:
        return type(error)
    return None


def test_covers() -> None:
    for held, asked, covered in COVERED:
        with row((held, asked, covered)):
            authority = Authority(held, ME)
            assert authority.covers(asked) is covered
            assert raised(authority.check_may_give, asked) is (None if covered else PermissionNotHeld)
            assert raised(authority.check_may_change, OTHER, asked) is (None if covered else MorePrivileged)
            assert raised(authority.check_may_change, ME, asked) is OwnAccount


def test_client_has_no_account_of_its_own() -> None:
    assert raised(Authority(HELP_DESK).check_may_change, ME, frozenset()) is None

"""Whether an account has a password."""

from tests.application import Application
from tests.session_helpers import caller_of

from fastauth.domain.passwords.password import PasswordHash


async def test_has_password_until_it_is_removed() -> None:
    """Each account for itself."""
    app = Application()
    callers = []
    for username in ("ann", "bob"):
        await app.a_user(username)
        callers.append(await caller_of(app, await app.a_log_in(username)))
    app.storage.passwords[callers[1].user.id] = PasswordHash.unusable()
    has = app.container.has_password()
    assert [await has(caller=each) for each in callers] == [True, False]

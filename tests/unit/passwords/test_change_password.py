"""Change the password of the caller."""

import pytest
from tests.application import A_DEVICE, Application
from tests.builders import a_policy
from tests.fakes import FakePasswordHasher
from tests.session_helpers import caller_of, happened, is_over, refresh

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials, WrongPassword
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.sessions.access_token import TokenPair


class TestChangePassword:
    async def change(self, app: Application, tokens: TokenPair, current: str, new: str) -> None:
        await app.change_password(
            caller=await caller_of(app, tokens),
            current_password=current,
            new_password=new,
            address=A_DEVICE.address,
        )

    async def test_revokes_all_other_sessions(self, app: Application, tokens: TokenPair) -> None:
        other = await app.a_log_in()
        await self.change(app, tokens, "sntsh", "another")
        assert await is_over(app, other)
        assert await refresh(app, tokens)
        assert await app.a_log_in(password="another")
        with pytest.raises(InvalidCredentials):
            await app.a_log_in()
        session = (await caller_of(app, tokens)).session
        (event,) = happened(app, EventType.PASSWORD_CHANGED)
        assert event == Event(
            type=EventType.PASSWORD_CHANGED,
            occurred_at=app.clock.now(),
            user_id=session.user_id,
            session_id=session.id,
        )

    async def test_sessions_end_when_they_are_stored_as_ended(self) -> None:
        """The revocation feed reads ten seconds back; passwords may wait longer than that to be hashed."""

        class SlowHasher(FakePasswordHasher):
            async def hash(self, password: Password) -> PasswordHash:
                app.clock.advance(seconds=30)
                return await super().hash(password)

        app = Application(hasher=SlowHasher())
        await app.a_user()
        tokens, _ = await app.a_log_in(), await app.a_log_in()
        await self.change(app, tokens, "sntsh", "another")
        ended = [session.ended_at for session in app.storage.sessions.values() if session.ended_at]
        assert ended == [app.clock.now()]

    @pytest.mark.parametrize("current", ["wrong", "", "p" * 257])
    async def test_wrong_current_password_is_rejected(
        self, app: Application, tokens: TokenPair, current: str
    ) -> None:
        other = await app.a_log_in()
        with pytest.raises(WrongPassword):
            await self.change(app, tokens, current, "another")
        assert await refresh(app, other)
        assert await app.a_log_in()
        assert EventType.PASSWORD_CHANGED not in app.event_types()

    async def test_applies_password_policy(self, app: Application, tokens: TokenPair) -> None:
        with pytest.raises(InvalidInput) as refusal:
            await self.change(app, tokens, "sntsh", "")
        assert [(v.field, v.code) for v in refusal.value.violations] == [("new_password", "empty")]

    @pytest.mark.parametrize("new", ["Santosh1", "kumar!"])
    async def test_rejects_user_attributes(self, new: str) -> None:
        app = Application(password_policy=a_policy(reject_user_attributes=True))
        await app.a_user()
        with pytest.raises(InvalidInput) as refusal:
            await self.change(app, await app.a_log_in(), "sntsh", new)
        assert [(v.field, v.code) for v in refusal.value.violations] == [
            ("new_password", "contains_user_data")
        ]

    async def test_overload_precedes_verification(self, app: Application, tokens: TokenPair) -> None:
        app.hasher.overloaded = True
        verified = app.hasher.verified
        with pytest.raises(HashingOverloaded):
            await self.change(app, tokens, "sntsh", "another")
        with pytest.raises(InvalidInput):
            await self.change(app, tokens, "sntsh", "")
        assert app.hasher.verified == verified

    async def test_one_of_concurrent_changes_wins(self, app: Application, tokens: TokenPair) -> None:
        caller = await caller_of(app, tokens)
        await app.change_password(
            caller=caller, current_password="sntsh", new_password="one", address=A_DEVICE.address
        )
        with pytest.raises(WrongPassword):
            await app.change_password(
                caller=caller, current_password="sntsh", new_password="two", address=A_DEVICE.address
            )
        assert await app.a_log_in(password="one")

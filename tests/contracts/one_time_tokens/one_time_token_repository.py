"""What a `OneTimeTokenRepository` promises: a token works once, in time, for its purpose."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.builders import a_new_user
from tests.harness.editions import size

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.one_time_tokens.token import OneTimeToken, OneTimeTokenCodec, Purpose
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.session import SessionId

NOW = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OLD, NEW = (
    SecretKey(b"the secret key of last year, 32 bytes"),
    SecretKey(b"the secret key of this year, 32 bytes"),
)
CODEC = OneTimeTokenCodec(NEW)
BETWEEN_KEYS = OneTimeTokenCodec(NEW, OLD)
A_SESSION, ANOTHER_SESSION = SessionId("a session"), SessionId("another session")


class OneTimeTokenRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def tokens(self, users: UserRepository) -> OneTimeTokenRepository: ...

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, users: UserRepository) -> ExpiredRows: ...

    @pytest.fixture
    async def user(self, users: UserRepository) -> User:
        return await users.add(a_new_user())

    @pytest.fixture
    async def another_user(self, users: UserRepository) -> User:
        return await users.add(a_new_user())

    async def issue(
        self,
        tokens: OneTimeTokenRepository,
        user: User | None,
        purpose: Purpose = Purpose.RESET_PASSWORD,
        codec: OneTimeTokenCodec = CODEC,
        **more: Any,  # noqa: ANN401  arguments of `OneTimeTokenRepository.issue`
    ) -> str:
        new = codec.issue(purpose)
        await tokens.issue(
            digest=new.digest,
            purpose=purpose,
            user_id=user.id if user else None,
            now=NOW,
            expires_at=NOW + purpose.lifetime,
            **more,
        )
        return new.text

    async def consume(  # noqa: PLR0913  most have a default
        self,
        tokens: OneTimeTokenRepository,
        text: str,
        purpose: Purpose = Purpose.RESET_PASSWORD,
        *,
        now: datetime = NOW,
        codec: OneTimeTokenCodec = CODEC,
        session_id: SessionId | None = None,
    ) -> OneTimeToken | None:
        digests = codec.digests(purpose, text)
        return await tokens.consume(digests, purpose=purpose, now=now, session_id=session_id)

    async def attempt(
        self, tokens: OneTimeTokenRepository, text: str, *, most: int = 3, now: datetime = NOW
    ) -> OneTimeToken | None:
        digests = CODEC.digests(Purpose.RESET_PASSWORD, text)
        return await tokens.count_attempt(digests, purpose=Purpose.RESET_PASSWORD, max_attempts=most, now=now)

    async def test_consume_returns_all_facts(self, tokens: OneTimeTokenRepository, user: User) -> None:
        more: dict[str, Any] = {
            "session_id": A_SESSION,
            "subject": "ann@example.com",
            "payload": '{"language":"en"}',
        }
        text = await self.issue(tokens, user, Purpose.VERIFY_EMAIL, **more)
        assert await self.consume(
            tokens, text, Purpose.VERIFY_EMAIL, now=NOW + SECOND, session_id=A_SESSION
        ) == OneTimeToken(
            purpose=Purpose.VERIFY_EMAIL,
            user_id=user.id,
            created_at=NOW,
            expires_at=NOW + Purpose.VERIFY_EMAIL.lifetime,
            consumed_at=NOW + SECOND,
            attempts=0,
            **more,
        )

    async def test_token_without_account(self, tokens: OneTimeTokenRepository) -> None:
        consumed = await self.consume(tokens, await self.issue(tokens, None))
        assert consumed
        assert (consumed.user_id, consumed.session_id) == (None, None)
        assert (consumed.subject, consumed.payload) == ("", "")

    async def test_token_works_once(self, tokens: OneTimeTokenRepository, user: User) -> None:
        text = await self.issue(tokens, user)
        assert await self.consume(tokens, text)
        assert await self.consume(tokens, text) is None
        assert await self.attempt(tokens, text) is None

    async def test_one_of_concurrent_consumers_gets_the_token(
        self, tokens: OneTimeTokenRepository, user: User
    ) -> None:
        text = await self.issue(tokens, user)
        outcomes = await asyncio.gather(*(self.consume(tokens, text) for _ in range(16)))
        assert sum(outcome is not None for outcome in outcomes) == 1

    @pytest.mark.parametrize("purpose", Purpose)
    async def test_token_ends_with_its_lifetime(
        self, tokens: OneTimeTokenRepository, user: User, purpose: Purpose
    ) -> None:
        """At issue + lifetime, and a second later, the token is expired; a microsecond before, it is open."""
        end = NOW + purpose.lifetime
        last = await self.issue(tokens, user, purpose)
        for moment in (end + SECOND, end):
            assert await self.consume(tokens, last, purpose, now=moment) is None
        assert await self.consume(tokens, last, purpose, now=end - end.resolution)

    async def test_token_of_a_clock_that_was_set_back(
        self, tokens: OneTimeTokenRepository, user: User
    ) -> None:
        """It may be of a clock that is ahead by the lifetime, and not by more."""
        purpose = Purpose.RESET_PASSWORD
        text, earliest = await self.issue(tokens, user), NOW - purpose.lifetime
        too_early = earliest - earliest.resolution
        assert await self.consume(tokens, text, now=too_early) is None
        assert await self.attempt(tokens, text, now=too_early) is None
        digests = CODEC.digests(purpose, text)
        assert await tokens.find_open(digests, purpose=purpose, now=too_early) is None
        assert await self.attempt(tokens, text, now=earliest)
        assert await tokens.find_open(digests, purpose=purpose, now=earliest)
        assert await self.consume(tokens, text, now=earliest)

    async def test_attempt_ends_with_the_lifetime(self, tokens: OneTimeTokenRepository, user: User) -> None:
        end = NOW + Purpose.RESET_PASSWORD.lifetime
        text = await self.issue(tokens, user)
        for moment in (end + SECOND, end):
            assert await self.attempt(tokens, text, now=moment) is None
        assert await self.attempt(tokens, text, now=end - end.resolution)

    async def test_token_of_another_purpose(self, tokens: OneTimeTokenRepository, user: User) -> None:
        """Neither its text nor its very digest finds it; nothing is consumed by the attempt."""
        purposes = list(Purpose)
        for issued in purposes:
            text = await self.issue(tokens, user, issued)
            digests = CODEC.digests(issued, text)
            others = [*filter(issued.__ne__, Purpose)]
            first = purposes.index(issued)
            for tried in (others[first:] + others[:first])[: size(2, len(others))]:
                disguised = tried.prefix + text.removeprefix(issued.prefix)
                assert await self.consume(tokens, text, tried) is None, (issued, tried)
                assert await self.consume(tokens, disguised, tried) is None, (issued, tried)
                assert await tokens.consume(digests, purpose=tried, now=NOW) is None, (issued, tried)
                attempt = await tokens.count_attempt(digests, purpose=tried, max_attempts=3, now=NOW)
                assert attempt is None, (issued, tried)
            consumed = await self.consume(tokens, text, issued)
            assert consumed, issued
            assert consumed.attempts == 0, issued
            for tried in others:
                assert await tokens.find_consumed(digests, purpose=tried) is None, (issued, tried)

    async def test_part_or_edit_of_a_token(self, tokens: OneTimeTokenRepository, user: User) -> None:
        """No prefix, suffix or edit of one character finds the token."""
        text = await self.issue(tokens, user)
        places = {*range(0, len(text), size(6, 1)), len(text) - 1}
        edits = {text[:end] for end in places} | {text[start:] for start in places - {0}}
        for at in places:
            edits |= {text[:at] + new + text[at + 1 :] for new in "A_z9%"}
            edits |= {text[:at] + text[at + 1 :], text[:at] + "A" + text[at:]}
        edits |= {text + "A", text + "\n", text + "=", f" {text}", text.upper(), text.swapcase()}
        for edit in edits - {text}:
            assert await self.consume(tokens, edit) is None, edit
            assert await self.attempt(tokens, edit) is None, edit
        consumed = await self.consume(tokens, text)
        assert consumed
        assert consumed.attempts == 0

    async def test_no_digests(self, tokens: OneTimeTokenRepository, user: User) -> None:
        await self.issue(tokens, user)
        purpose = Purpose.RESET_PASSWORD
        assert await tokens.consume((), purpose=purpose, now=NOW) is None
        assert await tokens.count_attempt((), purpose=purpose, max_attempts=3, now=NOW) is None
        assert await tokens.find_consumed((), purpose=purpose) is None
        assert not await tokens.burn((), purpose=purpose, now=NOW, expires_at=NOW + SECOND)

    async def test_both_secret_keys(self, tokens: OneTimeTokenRepository, user: User) -> None:
        """A token from before the secret key changed works as long as the previous key is given."""
        old = await self.issue(tokens, user, codec=OneTimeTokenCodec(OLD))
        new = await self.issue(tokens, user, codec=BETWEEN_KEYS)
        assert await self.consume(tokens, old, codec=OneTimeTokenCodec(NEW)) is None
        assert await self.consume(tokens, old, codec=BETWEEN_KEYS)
        assert await self.consume(tokens, new, codec=OneTimeTokenCodec(OLD)) is None
        assert await self.consume(tokens, new, codec=OneTimeTokenCodec(NEW))

    async def test_token_of_a_session(self, tokens: OneTimeTokenRepository, user: User) -> None:
        text = await self.issue(tokens, user, session_id=A_SESSION)
        assert await self.consume(tokens, text) is None
        assert await self.consume(tokens, text, session_id=ANOTHER_SESSION) is None
        assert await self.consume(tokens, text, session_id=A_SESSION)

    async def test_token_of_no_session_works_in_any(self, tokens: OneTimeTokenRepository, user: User) -> None:
        assert await self.consume(tokens, await self.issue(tokens, user), session_id=A_SESSION)

    async def test_attempts_are_counted_up_to_the_limit(
        self, tokens: OneTimeTokenRepository, user: User
    ) -> None:
        text = await self.issue(tokens, user)
        counted = [await self.attempt(tokens, text, most=3) for _ in range(5)]
        assert [token and token.attempts for token in counted] == [1, 2, 3, None, None]
        consumed = await self.consume(tokens, text)
        assert consumed, "the code of the last attempt was right"
        assert consumed.attempts == 3

    async def test_concurrent_attempts(self, tokens: OneTimeTokenRepository, user: User) -> None:
        text = await self.issue(tokens, user)
        outcomes = await asyncio.gather(*(self.attempt(tokens, text, most=5) for _ in range(16)))
        assert sorted(token.attempts for token in outcomes if token) == [1, 2, 3, 4, 5]

    async def test_burn_succeeds_once(self, tokens: OneTimeTokenRepository) -> None:
        purpose, end = Purpose.CHANGE_EMAIL, NOW + SECOND
        digests = CODEC.digests(purpose, CODEC.issue(purpose).text)
        outcomes = await asyncio.gather(
            *(tokens.burn(digests, purpose=purpose, now=NOW, expires_at=end) for _ in range(16))
        )
        assert sum(outcomes) == 1
        assert await tokens.consume(digests, purpose=purpose, now=NOW) is None
        burnt = await tokens.find_consumed(digests, purpose=purpose)
        assert burnt
        assert (burnt.consumed_at, burnt.expires_at, burnt.user_id) == (NOW, end, None)

    async def test_burnt_token_stays_burnt_when_the_secret_key_changes(
        self, tokens: OneTimeTokenRepository
    ) -> None:
        purpose, old = Purpose.CHANGE_EMAIL, OneTimeTokenCodec(OLD)
        for first, second in ((old, BETWEEN_KEYS), (BETWEEN_KEYS, old), (BETWEEN_KEYS, CODEC)):
            text = CODEC.issue(purpose).text
            outcomes = [
                await tokens.burn(
                    each.digests(purpose, text), purpose=purpose, now=NOW, expires_at=NOW + SECOND
                )
                for each in (first, second)
            ]
            assert outcomes == [True, False]

    async def test_issued_token_cannot_be_burnt(self, tokens: OneTimeTokenRepository, user: User) -> None:
        text = await self.issue(tokens, user)
        digests = CODEC.digests(Purpose.RESET_PASSWORD, text)
        assert not await tokens.burn(
            digests, purpose=Purpose.RESET_PASSWORD, now=NOW, expires_at=NOW + SECOND
        )
        assert await self.consume(tokens, text)

    async def test_finds_open_token(self, tokens: OneTimeTokenRepository, user: User) -> None:
        purpose, text = Purpose.RESET_PASSWORD, await self.issue(tokens, user)
        digests, end = CODEC.digests(purpose, text), NOW + purpose.lifetime
        found = await tokens.find_open(digests, purpose=purpose, now=end - timedelta.resolution)
        assert found
        assert (found.user_id, found.attempts, found.consumed_at) == (user.id, 0, None)
        assert await tokens.find_open(digests, purpose=purpose, now=end) is None
        assert await tokens.find_open(digests, purpose=Purpose.CHANGE_EMAIL, now=NOW) is None
        assert await self.consume(tokens, text)
        assert await tokens.find_open(digests, purpose=purpose, now=NOW) is None

    async def test_finds_consumed_token(self, tokens: OneTimeTokenRepository, user: User) -> None:
        text = await self.issue(tokens, user)
        digests = CODEC.digests(Purpose.RESET_PASSWORD, text)
        assert await tokens.find_consumed(digests, purpose=Purpose.RESET_PASSWORD) is None
        consumed = await self.consume(tokens, text)
        assert await tokens.find_consumed(digests, purpose=Purpose.RESET_PASSWORD) == consumed

    async def test_withdraw(self, tokens: OneTimeTokenRepository, user: User, another_user: User) -> None:
        used, reset = [await self.issue(tokens, user) for _ in range(2)]
        change, undo = [
            await self.issue(tokens, user, each) for each in (Purpose.CHANGE_EMAIL, Purpose.UNDO_EMAIL)
        ]
        others = await self.issue(tokens, another_user)
        assert await self.consume(tokens, used)
        some = {Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL}
        assert await tokens.withdraw(user.id, purposes=()) == 0
        assert await tokens.withdraw(user.id, purposes=some) == 2
        assert await self.consume(tokens, reset) is None
        assert await self.consume(tokens, change, Purpose.CHANGE_EMAIL) is None
        digests = CODEC.digests(Purpose.RESET_PASSWORD, used)
        assert await tokens.find_consumed(digests, purpose=Purpose.RESET_PASSWORD)
        assert await tokens.withdraw(user.id) == 1
        assert await self.consume(tokens, undo, Purpose.UNDO_EMAIL) is None
        assert await self.consume(tokens, others)

    async def test_purges_expired_tokens_in_batches(
        self, tokens: OneTimeTokenRepository, user: User, expired_rows: ExpiredRows
    ) -> None:
        """A consumed token is kept as long as one that was not used."""
        end = NOW + Purpose.RESET_PASSWORD.lifetime
        while await expired_rows.purge(Expired.ONE_TIME_TOKENS, before=end + SECOND, limit=100):
            pass
        *_, consumed = [await self.issue(tokens, user) for _ in range(3)]
        assert await self.consume(tokens, consumed)
        kept = await self.issue(tokens, user, Purpose.VERIFY_EMAIL)
        assert await expired_rows.purge(Expired.ONE_TIME_TOKENS, before=end, limit=2) == 0
        over = end + SECOND
        purged = [await expired_rows.purge(Expired.ONE_TIME_TOKENS, before=over, limit=2) for _ in range(3)]
        assert purged == [2, 1, 0]
        assert await self.consume(tokens, kept, Purpose.VERIFY_EMAIL)

"""The promises of a `ChallengeRepository`, and of the session that answers a challenge."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

import pytest
from tests.builders import a_new_user, a_password_hash, a_session

from fastauth.domain.accounts.user import User
from fastauth.domain.one_time_tokens.token import NewToken, OneTimeTokenCodec, Purpose
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.rate_limits.counter import CounterKey
from fastauth.domain.rate_limits.hit import Decision, Hit, Scope
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.ports import ChallengeRepository, SecondFactorRepository
from fastauth.domain.second_factors.totp import MAX_FAILURES, Step
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import ChallengeProof
from fastauth.domain.sessions.session import Session

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CODEC = OneTimeTokenCodec(SecretKey(b"a secret key of the tests, 32 bytes"))
PURPOSE = Purpose.SECOND_FACTOR
METHODS = ("pwd", "otp", "mfa")


class ChallengeRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def passwords(self) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def factors(self, passwords: PasswordRepository) -> SecondFactorRepository: ...

    @abstractmethod
    @pytest.fixture
    def challenges(self, passwords: PasswordRepository) -> ChallengeRepository: ...

    @abstractmethod
    @pytest.fixture
    def sessions(self, passwords: PasswordRepository) -> SessionRepository: ...

    @abstractmethod
    @pytest.fixture
    def counters(self, passwords: PasswordRepository) -> CounterRepository: ...

    @pytest.fixture
    async def user(self, passwords: PasswordRepository, factors: SecondFactorRepository) -> User:
        """A user with a TOTP factor, whose last step is 10."""
        user = await passwords.add_user(a_new_user(), a_password_hash())
        await factors.enrol(user.id, sealed="a secret", now=NOW)
        await factors.confirm(user.id, sealed="a secret", step=Step(10), now=NOW)
        await factors.require(user.id, now=NOW)
        return user

    async def issue(self, challenges: ChallengeRepository, user: User) -> NewToken:
        token = CODEC.issue(PURPOSE)
        await challenges.issue(token, user_id=user.id, payload="sealed", now=NOW)
        return token

    def session(self, user: User, *, after: timedelta = timedelta(0)) -> Session:
        return replace(a_session(user, now=NOW + after), methods=METHODS)

    async def test_issue_returns_methods_and_applies_refunds(
        self, challenges: ChallengeRepository, counters: CounterRepository, user: User
    ) -> None:
        hit = Hit(CounterKey(token_bytes(16)), RateLimit(1, timedelta(minutes=1)), Scope.ACCOUNT)
        await counters.count((hit,), now=NOW)
        methods = await challenges.issue(
            CODEC.issue(PURPOSE),
            user_id=user.id,
            payload="sealed",
            now=NOW,
            refunds=(Decrement(hit.key, hit.rule),),
        )
        assert methods == (SecondFactorMethod.TOTP,)
        decisions = [(await counters.count((hit,), now=NOW)).decision for _ in range(2)]
        assert decisions == [Decision.ALLOWED, Decision.LIMITED]

    async def test_attempts_of_a_challenge_are_limited(
        self, challenges: ChallengeRepository, user: User
    ) -> None:
        token = await self.issue(challenges, user)
        counted = await asyncio.gather(
            *(challenges.count_attempt([token.digest], at_totp=False, now=NOW) for _ in range(9))
        )
        assert [each.payload for each in counted if each] == ["sealed"] * 5
        assert {each.totp for each in counted if each} == {None}

    async def test_attempts_are_counted_at_the_factor_too(
        self, challenges: ChallengeRepository, factors: SecondFactorRepository, user: User
    ) -> None:
        """A locked factor is none to try. A challenge without attempts counts none at the factor."""
        failures = []
        for _ in range(5):
            token = await self.issue(challenges, user)
            for _ in range(6):
                opened = await challenges.count_attempt([token.digest], at_totp=True, now=NOW)
                failures.append(opened.totp.failures if opened and opened.totp else opened)
        looked_at = [each for each in failures if isinstance(each, int)]
        assert looked_at == list(range(1, MAX_FAILURES + 1))
        assert failures.count(None) == 5
        totp = await factors.find(user.id)
        assert totp
        assert (totp.failures, totp.last_step, totp.sealed) == (MAX_FAILURES, 10, "a secret")

    async def test_expired_or_unknown_challenge_has_no_attempt(
        self, challenges: ChallengeRepository, factors: SecondFactorRepository, user: User
    ) -> None:
        token = await self.issue(challenges, user)
        end = NOW + PURPOSE.lifetime
        assert await challenges.count_attempt([token.digest], at_totp=True, now=end) is None
        assert await challenges.count_attempt([CODEC.issue(PURPOSE).digest], at_totp=True, now=NOW) is None
        assert await challenges.count_attempt([], at_totp=True, now=NOW) is None
        totp = await factors.find(user.id)
        assert totp
        assert totp.failures == 0

    async def test_session_consumes_the_challenge_and_accepts_the_step(
        self,
        challenges: ChallengeRepository,
        factors: SecondFactorRepository,
        sessions: SessionRepository,
        user: User,
    ) -> None:
        token = await self.issue(challenges, user)
        await challenges.count_attempt([token.digest], at_totp=True, now=NOW)
        proof = ChallengeProof(a_password_hash(), (token.digest,), 12)
        session = self.session(user)
        await sessions.add(session, proof=proof, max_sessions=9)
        caller = await sessions.find(session.id, now=NOW)
        assert caller
        assert caller.session.methods == METHODS
        totp = await factors.find(user.id)
        assert totp
        assert (totp.last_step, totp.failures) == (12, 0)
        assert await challenges.count_attempt([token.digest], at_totp=True, now=NOW) is None
        for step in (13, None):
            with pytest.raises(InvalidCredentials):
                await sessions.add(self.session(user), proof=replace(proof, step=step), max_sessions=9)

    async def test_session_is_refused_if_the_proof_does_not_hold(
        self,
        challenges: ChallengeRepository,
        passwords: PasswordRepository,
        sessions: SessionRepository,
        user: User,
    ) -> None:
        other = await passwords.add_user(a_new_user(), a_password_hash())
        token = await self.issue(challenges, user)
        right = ChallengeProof(a_password_hash(), (token.digest,), None)
        refused = {
            "another password": (user, replace(right, password_hash=a_password_hash("another"))),
            "another account": (other, right),
            "no challenge": (user, replace(right, challenge=())),
        }
        for reason, (owner, proof) in refused.items():
            with pytest.raises(InvalidCredentials):
                await sessions.add(self.session(owner), proof=proof, max_sessions=9)
            assert not await sessions.list_active(owner.id, now=NOW, limit=9), reason
        for step in (9, 10):
            used = replace(right, challenge=((await self.issue(challenges, user)).digest,), step=step)
            with pytest.raises(InvalidCredentials):
                await sessions.add(self.session(user), proof=used, max_sessions=9)
        with pytest.raises(InvalidCredentials):
            await sessions.add(self.session(user, after=PURPOSE.lifetime), proof=right, max_sessions=9)
        assert not await sessions.list_active(user.id, now=NOW, limit=9)

    async def test_one_of_concurrent_sessions_is_started(
        self, challenges: ChallengeRepository, sessions: SessionRepository, user: User
    ) -> None:
        """With one challenge and as many codes; with one code and as many challenges."""
        one = (await self.issue(challenges, user)).digest
        many = [(await self.issue(challenges, user)).digest for _ in range(8)]
        proofs = [
            [ChallengeProof(a_password_hash(), (one,), step) for step in range(11, 19)],
            [ChallengeProof(a_password_hash(), (digest,), 30) for digest in many],
        ]
        for number, each in enumerate(proofs, 1):
            await asyncio.gather(
                *(sessions.add(self.session(user), proof=proof, max_sessions=99) for proof in each),
                return_exceptions=True,
            )
            assert len(await sessions.list_active(user.id, now=NOW, limit=99)) == number

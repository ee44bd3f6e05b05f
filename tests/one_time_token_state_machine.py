"""The life of one-time tokens as a state machine, which Hypothesis walks at random.

The model is what docs/capabilities/one-time-tokens.md draws: of each token it has its terms and what was
done to it. Everything else follows.
"""

from collections.abc import Collection, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from fastauth.domain.accounts.user import UserId
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, OneTimeTokenDigest, Purpose
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.session import SessionId

Result = TypeVar("Result")

OLD, NEW = (
    SecretKey(b"the secret key of last year, 32 bytes"),
    SecretKey(b"the secret key of this year, 32 bytes"),
)
CODECS = {
    "old": OneTimeTokenCodec(OLD),
    "both": OneTimeTokenCodec(NEW, OLD),
    "new": OneTimeTokenCodec(NEW),
}
SESSIONS = [None, SessionId("a session"), SessionId("another session")]
PURPOSES = list(Purpose)
MAX_ATTEMPTS = 2
AN_INSTANT = timedelta(microseconds=1)
STEPS = [each for purpose in Purpose for each in (purpose.lifetime, purpose.lifetime - AN_INSTANT)] + [
    AN_INSTANT,
    timedelta(minutes=1),
]


@dataclass
class Model:
    """What a token must be, by the rules and not by the code."""

    text: str
    purpose: Purpose
    issued_by: str
    user: int | None
    session_id: SessionId | None
    expires_at: datetime
    stored: bool = True
    consumed: bool = False
    withdrawn: bool = False
    attempts: int = 0

    @cached_property
    def digests(self) -> tuple[OneTimeTokenDigest, ...]:
        """Its digests by the codec that has both keys."""
        return CODECS["both"].digests(self.purpose, self.text)

    def is_found(self, purpose: Purpose, codec: str) -> bool:
        return purpose is self.purpose and self.stored and codec in {"both", self.issued_by}

    def is_open(self, purpose: Purpose, codec: str, now: datetime) -> bool:
        is_left = not self.consumed and not self.withdrawn and now < self.expires_at
        return is_left and self.is_found(purpose, codec)


class OneTimeTokenMachine(RuleBasedStateMachine):
    """Issue, consume, count attempts, burn, withdraw, and let time pass.

    A subclass says over which repository and accounts, and how its coroutines are run.
    """

    models = Bundle("models")
    unstored = Bundle("unstored")
    tokens: OneTimeTokenRepository
    users: list[UserId]

    def set_up(self) -> None:
        """Set `tokens`, and `users` to two accounts."""
        raise NotImplementedError

    def run(self, act: Coroutine[Any, Any, Result]) -> Result:
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.every: list[Model] = []
        self.set_up()

    @rule(
        target=models,
        purpose=st.sampled_from(PURPOSES),
        key=st.sampled_from(["old", "new"]),
        user=st.sampled_from([None, 0, 1]),
        session_id=st.sampled_from(SESSIONS[:2]),
    )
    def issue(self, purpose: Purpose, key: str, user: int | None, session_id: SessionId | None) -> Model:
        return self._issue(purpose, key, user, session_id)

    def _issue(self, purpose: Purpose, key: str, user: int | None, session_id: SessionId | None) -> Model:
        new, expires_at = CODECS[key].issue(purpose), self.now + purpose.lifetime
        issuing = self.tokens.issue(
            digest=new.digest,
            purpose=purpose,
            user_id=None if user is None else self.users[user],
            session_id=session_id,
            now=self.now,
            expires_at=expires_at,
        )
        self.run(issuing)
        return self._known(Model(new.text, purpose, key, user, session_id, expires_at))

    @rule(target=unstored, purpose=st.sampled_from(PURPOSES), key=st.sampled_from(["old", "new"]))
    def issue_without_storing(self, purpose: Purpose, key: str) -> Model:
        text, expires_at = CODECS[key].issue(purpose).text, self.now + purpose.lifetime
        return self._known(Model(text, purpose, key, None, None, expires_at, stored=False))

    @rule(
        model=models | unstored,
        purpose=st.none() | st.sampled_from(PURPOSES),
        codec=st.sampled_from(sorted(CODECS)),
        session_id=st.sampled_from(SESSIONS),
    )
    def consume(
        self, model: Model, purpose: Purpose | None, codec: str, session_id: SessionId | None
    ) -> None:
        purpose = purpose or model.purpose
        digests = CODECS[codec].digests(purpose, purpose.prefix + model.text[len(model.purpose.prefix) :])
        found = self.run(self.tokens.consume(digests, purpose=purpose, now=self.now, session_id=session_id))
        expected = model.is_open(purpose, codec, self.now) and model.session_id in {None, session_id}
        assert (found is not None) == expected
        if found:
            assert (found.consumed_at, found.attempts) == (self.now, model.attempts)
            model.consumed = True

    @rule(model=models | unstored, codec=st.sampled_from(sorted(CODECS)), times=st.integers(1, 3))
    def count_attempts(self, model: Model, codec: str, times: int) -> None:
        for _ in range(times):
            self._count_attempt(model, codec)

    def _count_attempt(self, model: Model, codec: str) -> None:
        digests = CODECS[codec].digests(model.purpose, model.text)
        counting = self.tokens.count_attempt(
            digests, purpose=model.purpose, max_attempts=MAX_ATTEMPTS, now=self.now
        )
        found = self.run(counting)
        expected = model.is_open(model.purpose, codec, self.now) and model.attempts < MAX_ATTEMPTS
        assert (found is not None) == expected
        if found:
            model.attempts += 1
            assert found.attempts == model.attempts

    @rule(model=unstored)
    def burn(self, model: Model) -> None:
        burning = self.tokens.burn(
            model.digests, purpose=model.purpose, now=self.now, expires_at=model.expires_at
        )
        assert self.run(burning) != model.consumed
        model.stored = model.consumed = True

    @rule(user=st.sampled_from([0, 1]), purposes=st.none() | st.sets(st.sampled_from(PURPOSES)))
    def withdraw(self, user: int, purposes: Collection[Purpose] | None) -> None:
        going = [
            model
            for model in self.every
            if model.stored
            and model.user == user
            and not (model.consumed or model.withdrawn)
            and (purposes is None or model.purpose in purposes)
        ]
        assert self.run(self.tokens.withdraw(self.users[user], purposes=purposes)) == len(going)
        for model in going:
            model.withdrawn = True

    @rule(
        target=models,
        purpose=st.sampled_from(PURPOSES),
        key=st.sampled_from(["old", "new"]),
        session_id=st.sampled_from(SESSIONS[:2]),
        late=st.booleans(),
    )
    def use_up(self, purpose: Purpose, key: str, session_id: SessionId | None, late: bool) -> Model:  # noqa: FBT001  drawn by Hypothesis
        """Try too many codes, and consume with another session and the right one, at the end of the life."""
        model = self._issue(purpose, key, 0, session_id)
        self.count_attempts(model, "both", MAX_ATTEMPTS + 1)
        self.now = model.expires_at if late else model.expires_at - AN_INSTANT
        self.consume(model, None, "both", SESSIONS[2])
        self.consume(model, None, "both", session_id)
        self.withdraw(0, {purpose})
        return model

    @rule(passed=st.sampled_from(STEPS))
    def time_passes(self, passed: timedelta) -> None:
        self.now += passed

    @invariant()
    def consumed_tokens_are_known(self) -> None:
        for model in getattr(self, "every", []):
            found = self.run(self.tokens.find_consumed(model.digests, purpose=model.purpose))
            assert (found is not None) == model.consumed

    def _known(self, model: Model) -> Model:
        self.every.append(model)
        return model

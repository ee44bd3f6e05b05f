"""The life of a refresh token as a state machine, which Hypothesis walks at random.

The model is what docs/refresh-tokens.md draws: of each session it knows every token that was ever
given out, in order, and when the last one was spent. Everything else follows.
"""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from tests.builders import a_name
from tests.world import World

from fastauth.domain.errors import InvalidAccessToken, InvalidRefreshToken
from fastauth.domain.session import SessionTerms

Result = TypeVar("Result")

IDLE, ABSOLUTE, GRACE = timedelta(hours=5), timedelta(hours=20), timedelta(seconds=10)
AN_INSTANT = timedelta(microseconds=1)
STEPS = [GRACE, GRACE - AN_INSTANT, GRACE / 3, IDLE / 2, IDLE - AN_INSTANT, IDLE, ABSOLUTE - IDLE, ABSOLUTE]
TERMS = SessionTerms(idle=IDLE, absolute=ABSOLUTE, grace=GRACE)


@dataclass
class Model:
    """What a session must be, by the rules and not by the code."""

    began_at: datetime
    used_at: datetime
    given: list[str]
    access: str = field(repr=False)
    spent_at: datetime | None = None
    ended: bool = False

    def lives(self, now: datetime) -> bool:
        return not self.ended and now < self.used_at + IDLE and now < self.began_at + ABSOLUTE

    def outcome(self, position: int, now: datetime) -> str:
        """Return what becomes of the token that was given out at `position`."""
        if not self.lives(now):
            return "refused"
        last = len(self.given) - 1
        if position == last:
            return "rotated"
        in_time = self.spent_at is not None and now < self.spent_at + GRACE
        return "repeated" if position == last - 1 and in_time else "theft"


class RefreshTokenMachine(RuleBasedStateMachine):
    """Log in, refresh with any token there ever was, log out, and let time pass.

    A subclass says over which world, and how its coroutines are run.
    """

    models = Bundle("models")

    def make_world(self) -> World:
        raise NotImplementedError

    def run(self, act: Coroutine[Any, Any, Result]) -> Result:
        raise NotImplementedError

    @initialize()
    def somebody_registers(self) -> None:
        self.world = self.make_world()
        self.username = a_name()
        self.every: list[Model] = []
        self.run(self.world.a_user(self.username))

    @rule(target=models)
    def log_in(self) -> Model:
        now = self.world.clock.now()
        tokens = self.run(self.world.a_log_in(self.username))
        model = Model(began_at=now, used_at=now, given=[tokens.refresh], access=tokens.access.text)
        self.every.append(model)
        return model

    @rule(model=models, back=st.integers(0, 2))
    def refresh(self, model: Model, back: int) -> None:
        now = self.world.clock.now()
        position = max(0, len(model.given) - 1 - back)
        expected = model.outcome(position, now)
        try:
            tokens = self.run(self.world.refresh_session(refresh_token=model.given[position]))
        except InvalidRefreshToken:
            assert expected in {"refused", "theft"}
            model.ended |= expected == "theft"
            return
        model.access = tokens.access.text
        if expected == "rotated":
            assert tokens.refresh not in model.given
            model.given.append(tokens.refresh)
            model.used_at = model.spent_at = now
        else:
            assert (expected, tokens.refresh) == ("repeated", model.given[-1])

    @rule(model=models)
    def log_out(self, model: Model) -> None:
        try:
            caller = self.run(self.world.authenticate(access_token=model.access))
        except InvalidAccessToken:
            return
        self.run(self.world.log_out(caller=caller, session_id=caller.session.id))
        model.ended = True

    @rule()
    def disable_and_enable(self) -> None:
        self.run(self.world.disable_user(username=self.username))
        self.run(self.world.enable_user(username=self.username))
        for model in self.every:
            model.ended = True

    @rule(passed=st.sampled_from(STEPS))
    def time_passes(self, passed: timedelta) -> None:
        self.world.clock.advance(passed)

    @invariant()
    def the_living_are_those_who_should(self) -> None:
        now = self.world.clock.now()
        for model in getattr(self, "every", []):
            session_id = self.world.mint.read(model.given[0]).session_id
            found = self.run(self.world.sessions.find(session_id, now=now))  # type: ignore[arg-type]
            assert (found is not None) == model.lives(now)

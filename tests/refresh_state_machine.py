"""The life of a refresh token as a state machine, which Hypothesis walks at random.

The model is what docs/capabilities/sessions.md draws: of each session it has every token that was ever
given out, in order, and when the last one was spent. Everything else follows.
"""

from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from tests.application import A_DEVICE, Application
from tests.builders import a_name

from fastauth.domain.sessions.errors import InvalidAccessToken, InvalidRefreshToken
from fastauth.domain.sessions.session import ClientInfo, SessionId, SessionPolicy

Result = TypeVar("Result")

IDLE, ABSOLUTE = timedelta(hours=5), timedelta(hours=20)
GRACE, OUTAGE = timedelta(seconds=10), timedelta(minutes=10)
AN_INSTANT = timedelta(microseconds=1)
STEPS = [
    GRACE,
    GRACE - AN_INSTANT,
    GRACE / 3,
    OUTAGE,
    OUTAGE - AN_INSTANT,
    IDLE / 2,
    IDLE - AN_INSTANT,
    IDLE,
    ABSOLUTE - IDLE,
    ABSOLUTE,
]
TERMS = SessionPolicy(
    idle_timeout=IDLE, absolute_timeout=ABSOLUTE, rotation_grace=GRACE, same_client_grace=OUTAGE
)
DEVICES = [A_DEVICE, replace(A_DEVICE, address="192.0.2.2"), replace(A_DEVICE, user_agent="another browser")]


@dataclass
class Model:
    """What a session must be, by the rules and not by the code."""

    session_id: SessionId
    began_at: datetime
    used_at: datetime
    given: list[str]
    access: str = field(repr=False)
    spent_at: datetime | None = None
    spent_by: ClientInfo | None = None
    ended: bool = False

    def is_active(self, now: datetime) -> bool:
        return not self.ended and now < self.limit()

    def limit(self) -> datetime:
        """Return when the session ends unless it is refreshed: the idle or the absolute timeout."""
        return min(self.used_at + IDLE, self.began_at + ABSOLUTE)

    def outcome(self, position: int, device: ClientInfo, now: datetime) -> str:
        """Return what becomes of the token that was given out at `position`, presented by `device`."""
        if not self.is_active(now):
            return "refused"
        last = len(self.given) - 1
        if position == last:
            return "rotated"
        grace = OUTAGE if device == self.spent_by else GRACE
        in_time = self.spent_at is not None and now < self.spent_at + grace
        return "repeated" if position == last - 1 and in_time else "theft"


class RefreshTokenMachine(RuleBasedStateMachine):
    """Log in, refresh with any token there ever was, log out, and let time pass.

    A subclass says over which app, and how its coroutines are run.
    """

    models = Bundle("models")

    def make_application(self) -> Application:
        raise NotImplementedError

    def run(self, act: Coroutine[Any, Any, Result]) -> Result:
        raise NotImplementedError

    @initialize()
    def register_user(self) -> None:
        self.app = self.make_application()
        self.username = a_name()
        self.every: list[Model] = []
        self.run(self.app.a_user(self.username))

    def new_session(self) -> Model:
        now = self.app.clock.now()
        tokens = self.run(self.app.a_log_in(self.username))
        model = Model(
            session_id=SessionId(self.app.refresh_tokens.verify(tokens.refresh).session_id),
            began_at=now,
            used_at=now,
            given=[tokens.refresh],
            access=tokens.access.text,
        )
        self.every.append(model)
        return model

    @rule(target=models)
    def log_in(self) -> Model:
        return self.new_session()

    @rule(model=models, back=st.integers(0, 2), device=st.sampled_from(DEVICES))
    def refresh(self, model: Model, back: int, device: ClientInfo) -> None:
        now = self.app.clock.now()
        position = max(0, len(model.given) - 1 - back)
        expected = model.outcome(position, device, now)
        try:
            tokens = self.run(self.app.refresh_session(refresh_token=model.given[position], client=device))
        except InvalidRefreshToken:
            assert expected in {"refused", "theft"}
            model.ended |= expected == "theft"
            return
        model.access = tokens.access.text
        if expected == "rotated":
            assert tokens.refresh not in model.given
            model.given.append(tokens.refresh)
            model.used_at = model.spent_at = now
            model.spent_by = device
        else:
            assert (expected, tokens.refresh) == ("repeated", model.given[-1])

    @rule(
        target=models,
        rotated_by=st.tuples(st.sampled_from(DEVICES), st.sampled_from(DEVICES)),
        pause=st.sampled_from([timedelta(0), OUTAGE]),
        passed=st.sampled_from([GRACE - AN_INSTANT, GRACE, OUTAGE - AN_INSTANT, OUTAGE]),
        device=st.sampled_from(DEVICES),
        back=st.sampled_from([1, 2]),
    )
    def replay(
        self,
        rotated_by: tuple[ClientInfo, ClientInfo],
        pause: timedelta,
        passed: timedelta,
        device: ClientInfo,
        back: int,
    ) -> Model:
        """Rotate twice in a new session; present an earlier token at the end of a period of grace."""
        model = self.new_session()
        first, second = rotated_by
        self.refresh(model, 0, first)
        self.app.clock.advance(pause)
        self.refresh(model, 0, second)
        self.app.clock.advance(passed)
        self.refresh(model, back, device)
        return model

    @rule(
        target=models,
        times=st.integers(0, ABSOLUTE // IDLE),
        early=st.sampled_from([timedelta(0), AN_INSTANT]),
    )
    def reach_limit(self, times: int, early: timedelta) -> Model:
        """Refresh a new session at its last moments; then at its limit, or just before."""
        model = self.new_session()
        for wait in [AN_INSTANT] * times + [early]:
            self.app.clock.advance(model.limit() - wait - self.app.clock.now())
            self.refresh(model, 0, A_DEVICE)
        return model

    @rule(model=models)
    def log_out(self, model: Model) -> None:
        try:
            caller = self.run(self.app.authenticate(access_token=model.access))
        except InvalidAccessToken:
            return
        self.run(self.app.log_out(caller=caller, session_id=caller.session.id))
        model.ended = True

    @rule(model=models)
    def log_out_everywhere(self, model: Model) -> None:
        try:
            caller = self.run(self.app.authenticate(access_token=model.access))
        except InvalidAccessToken:
            return
        self.run(self.app.log_out(caller=caller, session_id=None))
        for each in self.every:
            each.ended = True

    @rule(model=models)
    def change_password(self, model: Model) -> None:
        try:
            caller = self.run(self.app.authenticate(access_token=model.access))
        except InvalidAccessToken:
            return
        changing = self.app.change_password(
            caller=caller, current_password="sntsh", new_password="sntsh", address=A_DEVICE.address
        )
        self.run(changing)
        for each in self.every:
            each.ended |= each is not model

    @rule()
    def disable_and_enable(self) -> None:
        self.run(self.app.disable_user(username=self.username))
        self.run(self.app.enable_user(username=self.username))
        for model in self.every:
            model.ended = True

    @rule(passed=st.sampled_from(STEPS))
    def time_passes(self, passed: timedelta) -> None:
        self.app.clock.advance(passed)

    @invariant()
    def the_living_are_those_who_should(self) -> None:
        if not getattr(self, "every", None):
            return
        living = {each.session_id for each in self.every if each.is_active(self.app.clock.now())}
        assert self.run(self.found()) == living

    async def found(self) -> set[SessionId]:
        sessions, now = self.app.container.sessions(), self.app.clock.now()
        return {each.session_id for each in self.every if await sessions.find(each.session_id, now=now)}

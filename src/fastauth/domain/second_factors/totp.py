"""Time-based one-time passwords (RFC 6238): SHA-1, six digits, steps of 30 seconds."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import NewType

from fastauth.domain.accounts.user import UserId

Step = NewType("Step", int)
"""Number of a period of 30 seconds since 1970."""

STEP_SECONDS = 30

MAX_FAILURES = 20
"""Wrong codes in a row after which the factor, and not the account, is locked."""

MAX_STEP_UP_FAILURES = 10
"""Wrong codes in a row after which no step-up accepts one. So an attacker who has a session, and not the
password, cannot lock the factor for a log-in."""

TOTP_PURPOSE = "totp"
"""The purpose for which `SecretBox` seals the secrets."""

# pyotp alone would also accept full-width digits.
_CODE = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totp:
    """The TOTP factor of an account."""

    user_id: UserId
    sealed: str = field(repr=False)
    """The secret in base32, encrypted."""
    confirmed_at: datetime | None
    """When the first code was entered; ``None`` until then, and the factor is not required."""
    last_step: Step
    """The step of the last accepted code. No code of this or an earlier step is accepted."""
    failures: int
    """Attempts since the last accepted code, the current one included."""

    @property
    def is_locked(self) -> bool:
        """Whether only a recovery code or an operator opens the factor."""
        return self.failures >= MAX_FAILURES


def is_code(text: str) -> bool:
    """Return whether the text has the form of a code: six ASCII digits."""
    return _CODE.fullmatch(text) is not None


def step_of(now: datetime) -> Step:
    """Return the step of a time."""
    return Step(int(now.timestamp()) // STEP_SECONDS)


def matching_step(
    code: str, *, code_at: Callable[[Step], str], now: datetime, window: int, last_step: Step
) -> Step | None:
    """Return the step of `code`, among the current one and the `window` before it; ``None`` if there is none.

    A step that is not after `last_step` does not match. Every candidate is computed and compared, so the time
    does not reveal which one matched.
    """
    if not is_code(code):
        return None
    candidates: Sequence[Step] = [Step(step_of(now) - age) for age in range(window + 1)]
    matches = [step for step in candidates if compare_digest(code_at(step), code)]
    return next((step for step in matches if step > last_step), None)

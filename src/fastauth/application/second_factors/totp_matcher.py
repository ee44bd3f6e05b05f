"""Find the step of a TOTP code."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.second_factors.totp import TOTP_PURPOSE, Step, Totp, matching_step
from fastauth.domain.second_factors.totp_codes import TotpCodes
from fastauth.domain.second_factors.totp_secret import TotpSecret
from fastauth.domain.secret_box import SecretBox


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpMatcher:
    """Compare a code with those of a factor, at its enrolment and at each log-in."""

    secret_box: SecretBox
    codes: TotpCodes
    window: int
    """Steps before the current one whose codes are accepted."""

    def step_of(self, code: str, totp: Totp, *, now: datetime) -> Step | None:
        """Return the step of the code; ``None`` if it is wrong, or not after the last accepted one.

        Raises:
            SealedTextUnreadable: The secret was sealed under a secret key that is not configured.
        """
        secret = TotpSecret(self.secret_box.open(totp.sealed, purpose=TOTP_PURPOSE))

        def code_at(step: Step) -> str:
            return self.codes.code_at(secret, step)

        return matching_step(code, code_at=code_at, now=now, window=self.window, last_step=totp.last_step)

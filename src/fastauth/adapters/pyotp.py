"""TOTP codes by the library pyotp.

pyotp computes codes only. Its ``verify`` accepts full-width digits and does not return which step matched, so
`fastauth.domain.second_factors.totp` compares.
"""

from functools import cache
from typing import TYPE_CHECKING

from fastauth.domain.second_factors.totp import STEP_SECONDS, Step
from fastauth.domain.second_factors.totp_secret import MIN_BYTES, TotpSecret

if TYPE_CHECKING:
    from pyotp import TOTP


class PyotpCodes:
    """See `fastauth.domain.second_factors.totp_codes.TotpCodes`."""

    def code_at(self, secret: TotpSecret, step: Step) -> str:
        """Return the code of a step."""
        return _totp()(secret.text).generate_otp(step)

    def key_uri(self, secret: TotpSecret, *, account: str, issuer: str) -> str:
        """Return the URI in the format of Google Authenticator."""
        return _totp()(secret.text).provisioning_uri(name=account, issuer_name=issuer)


@cache
def _totp() -> "type[TOTP]":
    from pyotp import TOTP  # noqa: PLC0415  the first code needs it, and most commands do not

    class ShortSecretTotp(TOTP):
        """pyotp refuses secrets below 112 bits, such as those that other systems have made."""

        min_secret_length_bits = MIN_BYTES * 8

        def __init__(self, secret: str) -> None:
            super().__init__(secret, interval=STEP_SECONDS)

    return ShortSecretTotp

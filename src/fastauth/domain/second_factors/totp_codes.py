"""The ports that compute TOTP codes and draw what an authenticator app reads."""

from typing import Protocol

from fastauth.domain.second_factors.totp import Step
from fastauth.domain.second_factors.totp_secret import TotpSecret


class TotpCodes(Protocol):
    """TOTP (RFC 6238): SHA-1, six digits, steps of 30 seconds."""

    def code_at(self, secret: TotpSecret, step: Step) -> str:
        """Return the code of a step, six digits."""

    def key_uri(self, secret: TotpSecret, *, account: str, issuer: str) -> str:
        """Return the URI ``otpauth://totp/...``, from which an authenticator app takes the secret.

        The app shows `issuer` and `account` above the codes.
        """


class QrCodes(Protocol):
    """QR codes (ISO/IEC 18004)."""

    async def svg(self, text: str) -> str:
        """Return the code of `text` as an SVG element: black on white, with a quiet zone."""

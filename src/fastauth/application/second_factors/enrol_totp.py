"""Give the caller a TOTP secret."""

from dataclasses import dataclass, field

from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.domain.clock import Clock
from fastauth.domain.second_factors.errors import AlreadyEnrolled
from fastauth.domain.second_factors.ports import SecondFactorRepository
from fastauth.domain.second_factors.totp import TOTP_PURPOSE
from fastauth.domain.second_factors.totp_codes import QrCodes, TotpCodes
from fastauth.domain.second_factors.totp_secret import TotpSecret
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTotp:
    """A secret that an authenticator app is to take. It is shown once."""

    secret: TotpSecret
    uri: str = field(repr=False)
    """The secret and its parameters, as a link that opens an app on the same device."""
    qr_svg: str = field(repr=False)
    """`uri` as a QR code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolTotp:
    """Store a new secret, whose codes are required once the first one was entered (`ConfirmTotp`)."""

    factors: SecondFactorRepository
    secret_box: SecretBox
    codes: TotpCodes
    qr_codes: QrCodes
    limiter: MailLimiter
    issuer: str
    """The name that the app shows."""
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> NewTotp:
        """Return the secret. An earlier one that was not confirmed is replaced.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            AlreadyEnrolled: The account has a confirmed secret.
            TooManyRequests: The account has changed its factors too often.
            StorageUnavailable: Try again later.
        """
        now, user = self.clock.now(), caller.user
        caller.check_recent_authentication(now)
        await self.limiter.check_factor_change(user.id)
        secret = TotpSecret.new()
        sealed = self.secret_box.seal(secret.text, purpose=TOTP_PURPOSE)
        if not await self.factors.enrol(user.id, sealed=sealed, now=now):
            raise AlreadyEnrolled
        uri = self.codes.key_uri(secret, account=user.username.display, issuer=self.issuer)
        return NewTotp(secret=secret, uri=uri, qr_svg=await self.qr_codes.svg(uri))

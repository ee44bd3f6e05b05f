"""Confirm a TOTP factor of the caller."""

from dataclasses import dataclass

from fastauth.application.second_factors.factor_changes import FactorChanges
from fastauth.application.second_factors.totp_matcher import TotpMatcher
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput
from fastauth.domain.second_factors.errors import (
    WRONG_CODE,
    AlreadyEnrolled,
    SecondFactorNotFound,
)
from fastauth.domain.sessions.assurance import CODE, TWO_FACTOR_LEVELS, acr_of, two_factors
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmTotp:
    """Demand the first code of a new secret, and from then on a code at each log-in.

    The session of the caller counts as authenticated by both factors: it has just been authenticated by the
    password, and shown the code. Attempts are not limited: the caller may also get a new secret.
    """

    unit_of_work: UnitOfWork
    matcher: TotpMatcher
    changes: FactorChanges
    clock: Clock

    async def __call__(
        self, *, caller: AuthenticatedUser, code: str, end_other_sessions: bool = False
    ) -> tuple[str, ...] | None:
        """Return ten recovery codes if it is the first factor of the account, else ``None``.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            InvalidInput: The code is not one of the current ones.
            SecondFactorNotFound: There is no secret to confirm.
            AlreadyEnrolled: The secret is confirmed.
            StorageUnavailable: The factor may or may not be confirmed.
        """
        now, user, session = self.clock.now(), caller.user, caller.session
        caller.check_recent_authentication(now)
        async with self.unit_of_work.begin() as transaction:
            await transaction.second_factors.lock(user.id)
            totp = await transaction.second_factors.find(user.id)
            if totp is None or totp.confirmed_at:
                raise AlreadyEnrolled if totp else SecondFactorNotFound
            step = self.matcher.step_of(code, totp, now=now)
            if step is None or not await transaction.second_factors.confirm(
                user.id, sealed=totp.sealed, step=step, now=now
            ):  # another secret has just taken its place
                raise InvalidInput(WRONG_CODE)
            recovery_codes = await self.changes.added(transaction, user.id, now=now)
            if acr_of(session.methods) not in TWO_FACTOR_LEVELS:
                methods = two_factors(session.methods, CODE)
                await transaction.sessions.set_methods(user.id, methods, session_id=session.id)
            if end_other_sessions:
                await transaction.sessions.revoke_all(user.id, except_=session.id, now=now)
            await transaction.events.record(Event.in_session(EventType.TOTP_ADDED, session, at=now))
            await transaction.commit()
        return recovery_codes

"""The port to stored second factors."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.one_time_tokens.token import NewToken, OneTimeTokenDigest
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.second_factors.challenge import OpenChallenge
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.recovery_code import RecoveryCodeDigest
from fastauth.domain.second_factors.totp import MAX_FAILURES, Step, Totp


class SecondFactorRepository(Protocol):
    """TOTP factors, one for each account at most, and recovery codes.

    Each method that decides is one statement, so that of concurrent calls one wins.
    """

    async def lock(self, user_id: UserId) -> None:
        """Wait until no other transaction changes the factors of the account. The lock ends with this one.

        Every transaction that confirms a factor, or removes one, calls it first. Otherwise the last
        factor could be removed, and a log-in by password alone be allowed, while another one is added.
        """

    async def require(self, user_id: UserId, *, now: datetime) -> bool:
        """Let a password alone no longer be enough; return whether it was until then."""

    async def release(self, user_id: UserId) -> bool:
        """Let a password alone be enough if the account has no factor; return whether it has none."""

    async def enrol(self, user_id: UserId, *, sealed: str, now: datetime) -> bool:
        """Store a factor that is not confirmed yet in place of an earlier one of that kind.

        Returns false, and changes nothing, if the account has a confirmed factor.
        """

    async def methods_of(self, user_id: UserId) -> tuple[SecondFactorMethod, ...]:
        """Return the methods that the account can use now: a locked TOTP factor is not one of them."""

    async def add_imported(self, sealed: Mapping[UserId, str], *, step: Step, now: datetime) -> None:
        """Store confirmed TOTP factors of another system, with `step` as the last one.

        `sealed` has the secret of each account. None of them has a factor.
        """

    async def find(self, user_id: UserId) -> Totp | None:
        """Return the factor of the account, confirmed or not."""

    async def confirm(self, user_id: UserId, *, sealed: str, step: Step, now: datetime) -> bool:
        """Confirm the factor with this secret, with `step` as the last one.

        Returns false if it is confirmed, or another one has taken its place.
        """

    async def count_attempt(self, user_id: UserId, *, most: int = MAX_FAILURES) -> Totp | None:
        """Count an attempt before the code is looked at; return the factor, this attempt included.

        ``None`` means that there is no confirmed factor, that it is locked, or that there were `most`
        attempts since the last accepted code.
        """

    async def accept(self, user_id: UserId, step: Step) -> bool:
        """Store the step of a right code, and forget the attempts; return whether the step was not used.

        A step is used if it is not after the last one: the code was presented before, or the clock went back.
        """

    async def use_recovery_code(
        self, user_id: UserId, digests: Sequence[RecoveryCodeDigest], *, now: datetime
    ) -> bool:
        """Use a code of the account, and unlock the TOTP factor; return whether it was there and not used."""

    async def replace_recovery_codes(
        self, user_id: UserId, digests: Sequence[RecoveryCodeDigest], *, now: datetime
    ) -> None:
        """Store new codes in place of all of the account."""

    async def count_recovery_codes(self, user_id: UserId) -> int:
        """Return how many codes are not used."""

    async def remove_totp(self, user_id: UserId) -> bool:
        """Delete the TOTP factor, confirmed or not; return whether there was a confirmed one."""


class ChallengeRepository(Protocol):
    """Stored challenges. Each method is one statement on PostgreSQL, since log-ins pay for each.

    `SessionRepository.add` consumes a challenge.
    """

    async def issue(
        self, new: NewToken, *, user_id: UserId, payload: str, now: datetime, refunds: tuple[Refund, ...] = ()
    ) -> tuple[SecondFactorMethod, ...]:
        """Store a challenge and apply `refunds` with it; return the methods that the account can use now."""

    async def count_attempt(
        self, digests: Sequence[OneTimeTokenDigest], *, at_totp: bool, now: datetime
    ) -> OpenChallenge | None:
        """Count an attempt before the answer is looked at, with `at_totp` at the TOTP factor too.

        ``None`` means that the challenge is used or expired, or has had all of its attempts.
        """

"""What the use cases that take a password ask before they look at it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from fastauth.domain.accounts.username import Username
from fastauth.domain.clock import Clock
from fastauth.domain.errors import FastauthError, Unavailable
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.counter import EPOCH, CounterKey, CounterKeys
from fastauth.domain.rate_limits.counting import (
    Decision,
    Decrement,
    Hit,
    Refund,
    Reset,
    ResetAfterSuccess,
    ResetIfLocked,
    Scope,
)
from fastauth.domain.rate_limits.limits import Limits, RateLimit
from fastauth.domain.rate_limits.network import network_of
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.sessions.session import AuthenticatedUser

SLOT_RETRY_DELAYS = (0.01, 0.02, 0.04, 0.08, *[0.16] * 31)
"""Seconds before an attempt asks again whether it is its turn: about five in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """One attempt, counted before its password is looked at, and what is given back of it."""

    allowed: bool
    """Whether it may succeed. One that may not is as wrong as any, and takes as long to be."""
    is_locked: bool = False
    """Whether the device has used up its attempts for ever: the next log-in needs a new token."""
    refunds_on_success: tuple[Refund, ...] = ()
    refunds_on_failure: tuple[Refund, ...] = ()
    refunds_if_unverified: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimiter:
    """Counts attempts, and says which of them count.

    A network that has sent too much is told so. Whatever else is used up looks like a wrong
    password: a guesser must not learn when it is worth to go on.
    """

    counters: CounterRepository
    keys: CounterKeys
    limits: Limits | None
    """``None`` counts nothing."""
    clock: Clock
    slot_retry_delays: tuple[float, ...] = SLOT_RETRY_DELAYS

    async def check_registration(self, *, address: str | None) -> Permit:
        """Count a registration, unless it does not come over a network.

        Raises:
            TooManyRequests: Its network has sent too many.
            StorageUnavailable: Try again later.
        """
        if self.limits is None or address is None:
            return Permit(allowed=True)
        key = self.keys("registrations", network_of(address))
        return await self._count(Hit(key, self.limits.registrations_per_network, Scope.NETWORK))

    async def check_login(self, name: Username, *, address: str, device: str | None) -> Permit:
        """Count a guess at the account of `name`, whether or not there is one.

        Raises:
            TooManyRequests: Its network has sent too many.
            HashingOverloaded: Others at this account were looked at for too long.
            StorageUnavailable: Try again later.
        """
        if self.limits is None:
            return Permit(allowed=True)
        network, closed = network_of(address), False
        if device:
            of_network = self.keys("device log-ins", network)
            permit = await self._check_known_device(
                self.limits,
                self.keys("device", name.canonical, device),
                name,
                Hit(of_network, self.limits.known_device_logins_per_network, Scope.NETWORK),
            )
            if permit.allowed:
                return permit
            closed = permit.is_locked
        return replace(await self._check_unknown_device(self.limits, network, name), is_locked=closed)

    async def check_password_change(self, caller: AuthenticatedUser, *, address: str) -> Permit:
        """Count a guess at the password of somebody who is logged in.

        Raises:
            TooManyRequests: The session has used up its own budget, and its network has sent too many.
            StorageUnavailable: Try again later.
        """
        if self.limits is None:
            return Permit(allowed=True)
        own = self.keys("session", caller.session.id)
        permit = await self._check_known_device(self.limits, own, caller.user.username)
        if not permit.allowed:
            key = self.keys("log-ins", network_of(address))
            of_network = await self._count(Hit(key, self.limits.logins_per_network, Scope.NETWORK))
            permit = replace(permit, refunds_if_unverified=of_network.refunds_if_unverified)
        return permit

    @asynccontextmanager
    async def refund_on_failure(self, permit: Permit) -> AsyncIterator[None]:
        """Give back what an attempt has taken if its password is wrong, or was never looked at.

        Within, everything of the tree of errors but `Unavailable` says that it is wrong. Whatever is
        outside of the tree says nothing about the password: cancellation, or a bug.
        """
        try:
            yield
        except BaseException as error:
            is_wrong = isinstance(error, FastauthError) and not isinstance(error, Unavailable)
            await self._try_to_refund(permit.refunds_on_failure if is_wrong else permit.refunds_if_unverified)
            raise

    async def refund(self, permit: Permit) -> None:
        """Give back what was counted for a right password, and nothing that somebody else has spent."""
        await self._refund(permit.refunds_on_success)

    async def reset(self, name: Username) -> None:
        """Let strangers guess again at an account at which they may no more."""
        await self._refund((Reset(self._unknown_devices_key(name)),))

    async def _check_known_device(
        self, limits: Limits, own: CounterKey, name: Username, *network: Hit
    ) -> Permit:
        """Count an attempt of a device or a session. If it is right, the account opens to strangers."""
        permit = await self._count(*network, Hit(own, limits.known_devices, Scope.ACCOUNT))
        right = (
            ResetAfterSuccess(own, limits.known_devices),
            ResetIfLocked(self._unknown_devices_key(name), limits.unknown_devices),
        )
        return replace(permit, refunds_on_success=right)

    async def _check_unknown_device(self, limits: Limits, network: str, name: Username) -> Permit:
        logins_per_network, failures = self.keys("log-ins", network), self.keys("failures", network)
        looking, strangers = self.keys("looking", name.canonical), self._unknown_devices_key(name)
        guesses = self.keys("guesses", network, name.canonical)
        permit = await self._count(
            Hit(logins_per_network, limits.logins_per_network, Scope.NETWORK),
            Hit(failures, limits.failures_per_network, Scope.NETWORK),
            Hit(looking, limits.verification_slot, Scope.SLOT),
            Hit(guesses, limits.attempts_per_account_and_network, Scope.ACCOUNT),
            Hit(strangers, limits.unknown_devices, Scope.ACCOUNT),
        )
        right = (
            Decrement(failures, limits.failures_per_network),
            *permit.refunds_on_failure,
            Decrement(strangers, limits.unknown_devices, counted_under=guesses),
            Reset(guesses),
        )
        return replace(permit, refunds_on_success=right)

    async def _count(self, *hits: Hit) -> Permit:
        """Count an attempt, once the one before it has been looked at."""
        for pause in self.slot_retry_delays:
            now = self.clock.now()
            counted = await self.counters.count(hits, now=now)
            if counted.decision is not Decision.BUSY:
                break
            await asyncio.sleep(pause)
        else:
            raise HashingOverloaded
        allowed = counted.decision is Decision.ALLOWED
        turns = tuple(
            Reset(hit.key, if_resets_at=now + hit.rule.window if allowed else EPOCH)
            for hit in hits
            if hit.scope is Scope.SLOT and isinstance(hit.rule, RateLimit)
        )
        taken = [
            hit for hit in hits if hit.scope is Scope.NETWORK or (allowed and hit.scope is Scope.ACCOUNT)
        ]
        return Permit(
            allowed=allowed,
            is_locked=counted.is_locked,
            refunds_on_failure=turns,
            refunds_if_unverified=(*turns, *(Decrement(hit.key, hit.rule) for hit in taken)),
        )

    async def _refund(self, refunds: tuple[Refund, ...]) -> None:
        if refunds:
            await self.counters.refund(refunds, now=self.clock.now())

    async def _try_to_refund(self, refunds: tuple[Refund, ...]) -> None:
        with suppress(Unavailable):  # whoever asks is told of the first failure
            await self._refund(refunds)

    def _unknown_devices_key(self, name: Username) -> CounterKey:
        return self.keys("strangers", name.canonical)

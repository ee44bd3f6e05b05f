"""What the use cases that take a password ask before they look at it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from fastauth.domain.accounts.username import Username
from fastauth.domain.clock import Clock
from fastauth.domain.errors import FastauthError, Unavailable
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.counter import LONG_AGO, CounterKey, CounterKeys
from fastauth.domain.rate_limits.counting import Credit, Forgive, Hit, Part, Refund, Reopen, Reset, Verdict
from fastauth.domain.rate_limits.limits import Limits, RateLimit
from fastauth.domain.rate_limits.network import network_of
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.sessions.session import AuthenticatedUser

PAUSES = (0.01, 0.02, 0.04, 0.08, *[0.16] * 31)
"""Seconds before an attempt asks again whether it is its turn: about five in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """One attempt, counted before its password is looked at, and what is given back of it."""

    counts: bool
    """Whether it may succeed. One that may not is as wrong as any, and takes as long to be."""
    is_closed: bool = False
    """Whether the device has used up its attempts for ever: the next log-in needs a new token."""
    if_right: tuple[Refund, ...] = ()
    if_wrong: tuple[Refund, ...] = ()
    if_not_looked_at: tuple[Refund, ...] = ()


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
    pauses: tuple[float, ...] = PAUSES

    async def registration(self, *, address: str | None) -> Permit:
        """Count a registration, unless it does not come over a network.

        Raises:
            TooManyRequests: Its network has sent too many.
            StorageUnavailable: Try again later.
        """
        if self.limits is None or address is None:
            return Permit(counts=True)
        key = self.keys("registrations", network_of(address))
        return await self._count(Hit(key, self.limits.registrations, Part.NETWORK))

    async def log_in(self, name: Username, *, address: str, device: str | None) -> Permit:
        """Count a guess at the account of `name`, whether or not there is one.

        Raises:
            TooManyRequests: Its network has sent too many.
            HashingOverloaded: Others at this account were looked at for too long.
            StorageUnavailable: Try again later.
        """
        if self.limits is None:
            return Permit(counts=True)
        network, closed = network_of(address), False
        if device:
            of_network = self.keys("device log-ins", network)
            permit = await self._by_owner(
                self.limits,
                self.keys("device", name.key, device),
                name,
                Hit(of_network, self.limits.device_log_ins, Part.NETWORK),
            )
            if permit.counts:
                return permit
            closed = permit.is_closed
        return replace(await self._by_stranger(self.limits, network, name), is_closed=closed)

    async def password_change(self, caller: AuthenticatedUser, *, address: str) -> Permit:
        """Count a guess at the password of somebody who is logged in.

        Raises:
            TooManyRequests: The session has used up its own budget, and its network has sent too many.
            StorageUnavailable: Try again later.
        """
        if self.limits is None:
            return Permit(counts=True)
        own = self.keys("session", caller.session.id)
        permit = await self._by_owner(self.limits, own, caller.user.username)
        if not permit.counts:
            key = self.keys("log-ins", network_of(address))
            of_network = await self._count(Hit(key, self.limits.log_ins, Part.NETWORK))
            permit = replace(permit, if_not_looked_at=of_network.if_not_looked_at)
        return permit

    @asynccontextmanager
    async def settling(self, permit: Permit) -> AsyncIterator[None]:
        """Give back what an attempt has taken if its password is wrong, or was never looked at.

        Within, everything of the tree of errors but `Unavailable` says that it is wrong. Whatever is
        outside of the tree says nothing about the password: cancellation, or a bug.
        """
        try:
            yield
        except BaseException as error:
            is_wrong = isinstance(error, FastauthError) and not isinstance(error, Unavailable)
            await self._try_to_refund(permit.if_wrong if is_wrong else permit.if_not_looked_at)
            raise

    async def succeeded(self, permit: Permit) -> None:
        """Give back what was counted for a right password, and nothing that somebody else has spent."""
        await self._refund(permit.if_right)

    async def reopen(self, name: Username) -> None:
        """Let strangers guess again at an account at which they may no more."""
        await self._refund((Reset(self._strangers(name)),))

    async def _by_owner(self, limits: Limits, own: CounterKey, name: Username, *network: Hit) -> Permit:
        """Count an attempt of a device or a session. If it is right, the account opens to strangers."""
        permit = await self._count(*network, Hit(own, limits.owners, Part.ACCOUNT))
        right = Forgive(own, limits.owners), Reopen(self._strangers(name), limits.strangers)
        return replace(permit, if_right=right)

    async def _by_stranger(self, limits: Limits, network: str, name: Username) -> Permit:
        log_ins, failures = self.keys("log-ins", network), self.keys("failures", network)
        looking, strangers = self.keys("looking", name.key), self._strangers(name)
        guesses = self.keys("guesses", network, name.key)
        permit = await self._count(
            Hit(log_ins, limits.log_ins, Part.NETWORK),
            Hit(failures, limits.failures, Part.NETWORK),
            Hit(looking, limits.looking, Part.TURN),
            Hit(guesses, limits.guesses, Part.ACCOUNT),
            Hit(strangers, limits.strangers, Part.ACCOUNT),
        )
        right = (
            Credit(failures, limits.failures),
            *permit.if_wrong,
            Credit(strangers, limits.strangers, counted_under=guesses),
            Reset(guesses),
        )
        return replace(permit, if_right=right)

    async def _count(self, *hits: Hit) -> Permit:
        """Count an attempt, once the one before it has been looked at."""
        for pause in self.pauses:
            now = self.clock.now()
            counted = await self.counters.count(hits, now=now)
            if counted.verdict is not Verdict.BUSY:
                break
            await asyncio.sleep(pause)
        else:
            raise HashingOverloaded
        counts = counted.verdict is Verdict.COUNTS
        turns = tuple(
            Reset(hit.key, until=now + hit.rule.per if counts else LONG_AGO)
            for hit in hits
            if hit.part is Part.TURN and isinstance(hit.rule, RateLimit)
        )
        taken = [hit for hit in hits if hit.part is Part.NETWORK or (counts and hit.part is Part.ACCOUNT)]
        return Permit(
            counts=counts,
            is_closed=counted.is_closed,
            if_wrong=turns,
            if_not_looked_at=(*turns, *(Credit(hit.key, hit.rule) for hit in taken)),
        )

    async def _refund(self, refunds: tuple[Refund, ...]) -> None:
        if refunds:
            await self.counters.refund(refunds, now=self.clock.now())

    async def _try_to_refund(self, refunds: tuple[Refund, ...]) -> None:
        with suppress(Unavailable):  # whoever asks is told of the first failure
            await self._refund(refunds)

    def _strangers(self, name: Username) -> CounterKey:
        return self.keys("strangers", name.key)

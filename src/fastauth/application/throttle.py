"""What the use cases that take a password ask before they look at it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from fastauth.domain.ports import Clock, TallyRepository
from fastauth.domain.session import Caller
from fastauth.domain.throttling import Limits, Tally, TallyKey, TallyKeys, network_of
from fastauth.domain.username import Username


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One guess at a password, counted before it is looked at."""

    counts: bool
    """Whether it may succeed. One that may not is as wrong as any, and takes as long to be."""
    keys: tuple[TallyKey, ...] = ()
    given_back: Callable[..., tuple[Tally, ...]] = tuple
    """What becomes of the tallies under `keys` if the password is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """Counts attempts, and says which of them count.

    A network that has sent too much is told so. Whatever else is used up looks like a wrong
    password: a guesser must not learn when it is worth to go on.
    """

    tallies: TallyRepository
    keys: TallyKeys
    limits: Limits | None
    """``None`` counts nothing."""
    clock: Clock

    async def registration(self, *, address: str | None) -> None:
        """Count a registration, unless it does not come over a network.

        Raises:
            TooManyAttempts: Its network has sent too many.
            StorageUnavailable: Try again later.
        """
        limits, now = self.limits, self.clock.now()
        if limits is None or address is None:
            return
        key = self.keys("registrations", network_of(address))
        await self.tallies.change(
            (key,), lambda registrations: (limits.registrations.demanded(registrations, now),), now=now
        )

    async def log_in(self, name: Username, *, address: str, device: str | None) -> Attempt:
        """Count a guess at the account of `name`, whether or not there is one.

        Raises:
            TooManyAttempts: Its network has sent too many.
            StorageUnavailable: Try again later.
        """
        limits, now = self.limits, self.clock.now()
        if limits is None:
            return Attempt(counts=True)
        if device:
            attempt = await self._by_owner(limits, now, self.keys("device", name.key, device), name)
            if attempt.counts:
                return attempt
        return await self._by_stranger(limits, now, network_of(address), name)

    async def password_change(self, caller: Caller, *, address: str) -> Attempt:
        """Count a guess at the password of somebody who is logged in.

        Raises:
            TooManyAttempts: The session has used up its own budget, and its network has sent too many.
            StorageUnavailable: Try again later.
        """
        limits, now = self.limits, self.clock.now()
        if limits is None:
            return Attempt(counts=True)
        own = self.keys("session", caller.session.id)
        attempt = await self._by_owner(limits, now, own, caller.user.username)
        if not attempt.counts:
            log_ins = (self.keys("log-ins", network_of(address)),)
            await self.tallies.change(log_ins, lambda tally: (limits.log_ins.demanded(tally, now),), now=now)
        return attempt

    async def succeeded(self, attempt: Attempt) -> None:
        """Give back what was counted for a right password, and nothing that somebody else has spent."""
        if attempt.keys:
            await self.tallies.change(attempt.keys, attempt.given_back, now=self.clock.now())

    async def reopen(self, name: Username) -> None:
        """Let strangers guess again at an account at which they may no more."""
        await self.tallies.change((self._strangers(name),), lambda _: (Tally(),), now=self.clock.now())

    async def _by_owner(self, limits: Limits, now: datetime, own: TallyKey, name: Username) -> Attempt:
        counts = False

        def debit(tally: Tally) -> tuple[Tally, ...]:
            nonlocal counts
            after = limits.owners.debited(tally, now)
            counts = after is not None
            return (after or tally,)

        def give_back(tally: Tally, strangers: Tally) -> tuple[Tally, ...]:
            shown_to_be_theirs = limits.strangers.is_used_up(strangers)
            return replace(tally, attempts=0), Tally() if shown_to_be_theirs else strangers

        await self.tallies.change((own,), debit, now=now)
        return Attempt(counts=counts, keys=(own, self._strangers(name)), given_back=give_back)

    async def _by_stranger(self, limits: Limits, now: datetime, network: str, name: Username) -> Attempt:
        counts = False

        def debit(log_ins: Tally, failures: Tally, guesses: Tally, strangers: Tally) -> tuple[Tally, ...]:
            nonlocal counts
            of_network = limits.log_ins.demanded(log_ins, now), limits.failures.demanded(failures, now)
            from_here = limits.guesses.debited(guesses, now)
            from_anywhere = limits.strangers.debited(strangers, now)
            counts = from_here is not None and from_anywhere is not None
            if from_here is None or from_anywhere is None:
                return *of_network, guesses, strangers
            return *of_network, from_here, from_anywhere

        def give_back(failures: Tally, guesses: Tally, strangers: Tally) -> tuple[Tally, ...]:
            left = limits.strangers.credited(strangers, self.clock.now(), attempts=guesses.attempts)
            return limits.failures.credited(failures), Tally(), left

        log_ins = self.keys("log-ins", network)
        for_success = (
            self.keys("failures", network),
            self.keys("guesses", network, name.key),
            self._strangers(name),
        )
        await self.tallies.change((log_ins, *for_success), debit, now=now)
        return Attempt(counts=counts, keys=for_success, given_back=give_back)

    def _strangers(self, name: Username) -> TallyKey:
        return self.keys("strangers", name.key)

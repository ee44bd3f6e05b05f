"""The rate limiter, which use cases call before they verify or hash a password."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from fastauth.application.rate_limits.permit import Permit, count_attempt
from fastauth.domain.accounts.username import Username
from fastauth.domain.clock import Clock
from fastauth.domain.errors import FastauthError, Unavailable
from fastauth.domain.rate_limits.backoff import Backoff
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.hit import Hit, Scope
from fastauth.domain.rate_limits.limits import Limits
from fastauth.domain.rate_limits.network import network_of
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement, Refund, Reset, ResetAfterSuccess, ResetIfLocked
from fastauth.domain.sessions.session import AuthenticatedUser

SLOT_RETRY_DELAYS = (0.01, 0.02, 0.04, 0.08, *[0.16] * 31)
"""Seconds between tries for the verification slot of an account: about five in all."""

_UNLIMITED = Permit(allowed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimiter:
    """Count attempts and decide whether each may succeed.

    Beyond the limit of its network, a client gets an answer that says so. Every other limit looks like a
    wrong password, so that an attacker cannot see when further attempts are worth while.
    """

    counters: CounterRepository
    keys: CounterKeys
    limits: Limits | None
    """``None`` disables rate limiting."""
    clock: Clock
    slot_retry_delays: tuple[float, ...] = SLOT_RETRY_DELAYS

    async def check_registration(self, *, address: str | None) -> Permit:
        """Count a registration from `address`; ``None``, an operator's, is not counted.

        Raises:
            TooManyRequests: The network has reached its limit.
            StorageUnavailable: Try again later.
        """
        if self.limits is None or address is None:
            return _UNLIMITED
        rule = self.limits.registrations_per_network
        return await self._count(self._hit(rule, Scope.NETWORK, "registrations", network_of(address)))

    async def check_passkey(self, *, address: str) -> Permit:
        """Count a log-in by passkey from `address`.

        Raises:
            TooManyRequests: The network has reached its limit.
            StorageUnavailable: Try again later.
        """
        if self.limits is None:
            return _UNLIMITED
        hit = self._hit(
            self.limits.passkeys_per_network, Scope.NETWORK, "passkey log-ins", network_of(address)
        )
        permit = await self._count(hit)
        return replace(permit, refunds_on_success=(Decrement(hit.key, hit.rule),))

    async def count_refused_client(self, *, address: str) -> None:
        """Count a refused secret of a client from `address`.

        Raises:
            TooManyRequests: The network has reached its limit.
            StorageUnavailable: Try again later.
        """
        if self.limits is not None:
            rule = self.limits.refused_clients_per_network
            await self._count(self._hit(rule, Scope.NETWORK, "refused clients", network_of(address)))

    async def check_login(self, name: Username, *, address: str, device: str | None) -> Permit:
        """Count a log-in to the account `name`, whether or not it exists.

        `device` is the id in a valid device token. Once a known device has reached its own limit,
        the attempt counts as one of an unknown device.

        Raises:
            TooManyRequests: The network has reached its limit.
            HashingOverloaded: Other attempts at this account were verified for too long.
            StorageUnavailable: Try again later.
        """
        if self.limits is None:
            return _UNLIMITED
        network = network_of(address)
        if not device:
            return await self._count_unknown(self.limits, network, name)
        rule = self.limits.known_device_logins_per_network
        of_network = self._hit(rule, Scope.NETWORK, "device log-ins", network)
        own = self._hit(self.limits.known_devices, Scope.ACCOUNT, "device", name.canonical, device)
        permit = await self._count_known(self.limits, own, name, of_network)
        if permit.allowed:
            return permit
        return replace(await self._count_unknown(self.limits, network, name), is_locked=permit.is_locked)

    async def check_password_change(self, caller: AuthenticatedUser, *, address: str) -> Permit:
        """Count an attempt of a session at its current password.

        Raises:
            TooManyRequests: The session and its network have both reached their limits.
            StorageUnavailable: Try again later.
        """
        if self.limits is None:
            return _UNLIMITED
        own = self._hit(self.limits.known_devices, Scope.ACCOUNT, "session", caller.session.id)
        permit = await self._count_known(self.limits, own, caller.user.username)
        if not permit.allowed:
            rule = self.limits.logins_per_network
            of_network = await self._count(self._hit(rule, Scope.NETWORK, "log-ins", network_of(address)))
            permit = replace(permit, refunds_if_unverified=of_network.refunds_if_unverified)
        return permit

    @asynccontextmanager
    async def refund_on_failure(self, permit: Permit) -> AsyncIterator[None]:
        """Refund what applies if the block fails.

        A `FastauthError` other than `Unavailable` means that the password was verified and is wrong.
        Any other exception gives no information about the password: cancellation, or a bug.
        """
        try:
            yield
        except BaseException as error:
            is_wrong = isinstance(error, FastauthError) and not isinstance(error, Unavailable)
            with suppress(Unavailable):  # the caller gets the first error
                await self._refund(permit.refunds_on_failure if is_wrong else permit.refunds_if_unverified)
            raise

    async def refund(self, permit: Permit) -> None:
        """Refund a successful attempt, and nothing that other clients have spent."""
        await self._refund(permit.refunds_on_success)

    async def reset(self, name: Username, *, counters: CounterRepository | None = None) -> None:
        """Forget the attempts of unknown devices at an account; `counters` are those of a transaction."""
        resets = tuple(Reset(key) for key in self.keys.candidates("strangers", name.canonical))
        await (counters or self.counters).refund(resets, now=self.clock.now())

    async def _count_known(self, limits: Limits, own: Hit, name: Username, *of_network: Hit) -> Permit:
        """Count an attempt of a known device or session; its success unlocks the account for others."""
        permit = await self._count(*of_network, own)
        unlocks = (
            ResetIfLocked(key, limits.unknown_devices)
            for key in self.keys.candidates("strangers", name.canonical)
        )
        success = ResetAfterSuccess(own.key, limits.known_devices)
        return replace(permit, refunds_on_success=(success, *unlocks))

    async def _count_unknown(self, limits: Limits, network: str, name: Username) -> Permit:
        account = name.canonical
        failures = self._hit(limits.failures_per_network, Scope.NETWORK, "failures", network)
        attempts = self._hit(
            limits.attempts_per_account_and_network, Scope.ACCOUNT, "guesses", network, account
        )
        unknown = self._hit(limits.unknown_devices, Scope.ACCOUNT, "strangers", account)
        permit = await self._count(
            self._hit(limits.logins_per_network, Scope.NETWORK, "log-ins", network),
            failures,
            self._hit(limits.verification_slot, Scope.SLOT, "looking", account),
            attempts,
            unknown,
        )
        success = (
            Decrement(failures.key, limits.failures_per_network),
            *permit.refunds_on_failure,
            Decrement(unknown.key, limits.unknown_devices, counted_under=attempts.key),
            Reset(attempts.key),
        )
        return replace(permit, refunds_on_success=success)

    def _hit(self, rule: RateLimit | Backoff, scope: Scope, kind: str, *parts: str) -> Hit:
        """Return a hit; `kind` is part of the stored key, so it keeps the name of the first version."""
        key, *older = self.keys.candidates(kind, *parts)
        return Hit(key, rule, scope, tuple(older))

    async def _count(self, *hits: Hit) -> Permit:
        return await count_attempt(
            hits, counters=self.counters, clock=self.clock, delays=self.slot_retry_delays
        )

    async def _refund(self, refunds: tuple[Refund, ...]) -> None:
        if refunds:
            await self.counters.refund(refunds, now=self.clock.now())

"""Providers of rate limits."""

from datetime import timedelta

from dependency_injector.providers import Callable, Object, Provider, Singleton

from fastauth.application.outbox.sending_budget import SendingBudget
from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.rate_limits.backoff import Backoff
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.limits import KNOWN_DEVICE_RETENTION, Limits
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.entrypoints.container.shared import Shared, make_with_keys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.settings import Settings


def _limits(settings: Settings) -> Limits | None:
    if not settings.rate_limits:
        return None
    minute, five_minutes, lockout = timedelta(minutes=1), timedelta(minutes=5), settings.lockout_threshold
    return Limits(
        logins_per_network=RateLimit(settings.rate_limit_logins_per_network, minute),
        known_device_logins_per_network=RateLimit(10 * settings.rate_limit_logins_per_network, minute),
        failures_per_network=RateLimit(settings.rate_limit_failures_per_network, minute),
        registrations_per_network=RateLimit(settings.rate_limit_registrations_per_network, minute),
        attempts_per_account_and_network=RateLimit(settings.rate_limit_account_per_network, five_minutes),
        unknown_devices=Backoff(
            timedelta(seconds=1), timedelta(seconds=settings.backoff_max_seconds), max_attempts=lockout
        ),
        known_devices=RateLimit(
            settings.rate_limit_known_device,
            five_minutes,
            max_consecutive=lockout,
            retention=KNOWN_DEVICE_RETENTION,
        ),
    )


def _sending_limit(settings: Settings) -> RateLimit:
    return RateLimit(settings.mail_per_minute, timedelta(minutes=1))


class RateLimits(Shared):
    """See `fastauth.domain.rate_limits`."""

    counter_keys: Provider[CounterKeys] = Singleton(make_with_keys, Object(CounterKeys), Shared.secret_keys)
    sending_budget: Provider[SendingBudget] = Singleton(
        SendingBudget,
        counters=Storage.counters,
        keys=counter_keys,
        limit=Callable(_sending_limit, Shared.settings),
        clock=Shared.clock,
    )
    mail_limiter: Provider[MailLimiter] = Singleton(
        MailLimiter,
        counters=Storage.counters,
        keys=counter_keys,
        limits=Callable(_limits, Shared.settings),
        clock=Shared.clock,
    )
    rate_limiter: Provider[RateLimiter] = Singleton(
        RateLimiter,
        counters=Storage.counters,
        keys=counter_keys,
        limits=Callable(_limits, Shared.settings),
        clock=Shared.clock,
    )

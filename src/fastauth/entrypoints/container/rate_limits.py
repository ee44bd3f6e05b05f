"""Rate limits."""

from datetime import timedelta

from dependency_injector.providers import Callable, Provider, Singleton

from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.limits import KEPT, Backoff, Limits, RateLimit
from fastauth.domain.secret_key import SecretKey
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.settings import Settings


def _limits(settings: Settings) -> Limits | None:
    if not settings.rate_limits:
        return None
    minute, five_minutes, in_a_row = timedelta(minutes=1), timedelta(minutes=5), settings.lockout_threshold
    return Limits(
        log_ins=RateLimit(settings.rate_limit_logins_per_network, minute),
        device_log_ins=RateLimit(10 * settings.rate_limit_logins_per_network, minute),
        failures=RateLimit(settings.rate_limit_failures_per_network, minute),
        registrations=RateLimit(settings.rate_limit_registrations_per_network, minute),
        guesses=RateLimit(settings.rate_limit_account_per_network, five_minutes),
        strangers=Backoff(
            timedelta(seconds=1), timedelta(seconds=settings.backoff_max_seconds), at_most=in_a_row
        ),
        owners=RateLimit(settings.rate_limit_known_device, five_minutes, at_most=in_a_row, kept=KEPT),
    )


def _counter_keys(keys: tuple[SecretKey, ...]) -> CounterKeys:
    return CounterKeys(keys[0])


class RateLimits(Shared):
    """See `fastauth.domain.rate_limits`."""

    counter_keys: Provider[CounterKeys] = Singleton(_counter_keys, Shared.secret_keys)
    rate_limiter: Provider[RateLimiter] = Singleton(
        RateLimiter,
        counters=Storage.counters,
        keys=counter_keys,
        limits=Callable(_limits, Shared.settings),
        clock=Shared.clock,
    )

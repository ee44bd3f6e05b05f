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
    if not settings.limits:
        return None
    minute, five_minutes, in_a_row = timedelta(minutes=1), timedelta(minutes=5), settings.limit_in_a_row
    return Limits(
        log_ins=RateLimit(settings.limit_log_ins, minute),
        device_log_ins=RateLimit(10 * settings.limit_log_ins, minute),
        failures=RateLimit(settings.limit_failures, minute),
        registrations=RateLimit(settings.limit_registrations, minute),
        guesses=RateLimit(settings.limit_guesses, five_minutes),
        strangers=Backoff(
            timedelta(seconds=1), timedelta(seconds=settings.limit_delay_seconds), at_most=in_a_row
        ),
        owners=RateLimit(settings.limit_owner_guesses, five_minutes, at_most=in_a_row, kept=KEPT),
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

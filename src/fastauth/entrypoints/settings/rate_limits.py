"""Settings of rate limits."""

from pydantic import Field
from pydantic_settings import BaseSettings


class RateLimitSettings(BaseSettings):
    """Attempts that are allowed in each window, and the delays after failures."""

    rate_limits: bool = False
    rate_limit_logins_per_network: int = Field(default=30, ge=1)
    rate_limit_failures_per_network: int = Field(default=10, ge=1)
    rate_limit_registrations_per_network: int = Field(default=20, ge=1)
    rate_limit_account_per_network: int = Field(default=5, ge=1)
    rate_limit_known_device: int = Field(default=10, ge=1)
    backoff_max_seconds: float = Field(default=900, ge=1, le=86_400)
    lockout_threshold: int = Field(default=100, ge=1, le=100)

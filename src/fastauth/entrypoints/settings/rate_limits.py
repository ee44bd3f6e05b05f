"""Settings of rate limits."""

from pydantic import Field
from pydantic_settings import BaseSettings


class RateLimitSettings(BaseSettings):
    """How many attempts are allowed, and how long further ones have to wait."""

    limits: bool = False
    limit_log_ins: int = Field(default=30, ge=1)
    limit_failures: int = Field(default=10, ge=1)
    limit_registrations: int = Field(default=20, ge=1)
    limit_guesses: int = Field(default=5, ge=1)
    limit_owner_guesses: int = Field(default=10, ge=1)
    limit_delay_seconds: float = Field(default=900, ge=1, le=86_400)
    limit_in_a_row: int = Field(default=100, ge=1, le=100)

"""Settings of sessions and their tokens."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from fastauth.domain.sessions.access_token import MAX_ACCESS_TOKEN_LIFETIME
from fastauth.entrypoints.settings.issuer import validate_issuer


class SessionSettings(BaseSettings):
    """Issuer, audience and lifetime of tokens, and timeouts of sessions."""

    issuer: Annotated[str | None, AfterValidator(validate_issuer)] = None
    audience: str | None = Field(default=None, min_length=1)
    access_token_seconds: int = Field(default=300, ge=1, le=MAX_ACCESS_TOKEN_LIFETIME.total_seconds())
    session_idle_timeout_days: float = Field(default=7, gt=0, le=365)
    session_absolute_timeout_days: float = Field(default=30, gt=0, le=365)
    refresh_grace_seconds: float = Field(default=10, ge=0, le=60)
    max_sessions_per_account: int = Field(default=100, ge=1, le=1_000)

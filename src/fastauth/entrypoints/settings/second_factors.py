"""Settings of second factors."""

from pydantic import Field
from pydantic_settings import BaseSettings

from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy


class SecondFactorSettings(BaseSettings):
    """Who must have a second factor, and which TOTP codes are accepted."""

    second_factor: SecondFactorPolicy = SecondFactorPolicy.OPTIONAL
    totp_window: int = Field(default=1, ge=0, le=1)

"""Settings of the keys that sign access tokens, and of the secret key that encrypts them."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from fastauth.domain.secret_key import MIN_BYTES


class SigningKeySettings(BaseSettings):
    """Signing algorithm, key rotation and secret keys."""

    secret_key: SecretStr | None = None
    secret_key_previous: SecretStr | None = None
    signing_algorithm: Literal["ES256", "Ed25519"] = "ES256"
    signing_key_rotation_days: float = Field(default=90, gt=0, le=3_650)
    jwks_max_age: int = Field(default=300, ge=1, le=86_400)

    @field_validator("secret_key", "secret_key_previous")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value().encode()) < MIN_BYTES:
            raise ValueError(f"must have at least {MIN_BYTES} bytes; make one with: openssl rand -base64 32")
        return value

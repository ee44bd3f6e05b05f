"""Secrets of webhooks, as Standard Webhooks writes them."""

from base64 import b64encode
from secrets import token_bytes

PREFIX = "whsec_"
SECRET_BYTES = 32
"""Standard Webhooks demands 24 to 64 bytes."""

SECRET_PURPOSE = "webhook secret"  # noqa: S105  the name of a purpose
"""The purpose for which `SecretBox` encrypts secrets."""


def new_secret() -> str:
    """Return a new secret: ``whsec_`` and 32 random bytes in base64."""
    return PREFIX + b64encode(token_bytes(SECRET_BYTES)).decode()

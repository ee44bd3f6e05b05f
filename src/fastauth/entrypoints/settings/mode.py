"""Development or production mode."""

from enum import StrEnum


class Mode(StrEnum):
    """Development mode has convenient defaults. Production mode refuses insecure settings."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"

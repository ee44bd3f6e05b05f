"""How strict the service is."""

from enum import StrEnum


class Mode(StrEnum):
    """Development has convenient defaults. Production refuses what is insecure."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"

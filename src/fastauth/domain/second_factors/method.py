"""Kinds of second factors."""

from enum import StrEnum


class SecondFactorMethod(StrEnum):
    """What a log-in may ask for after the password, in the order in which clients offer it."""

    PASSKEY = "passkey"
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"

"""Errors about signing keys."""

from fastauth.domain.errors import Unavailable


class NoActiveSigningKey(Unavailable):
    """No signing key is active. One is generated when the service starts, and checked once a minute."""

    code = "signing_key_missing"
    detail = "There is no signing key."


class KeyUnwrapFailed(Unavailable):
    """A private key cannot be decrypted: another secret key encrypted it, or it is damaged."""

    code = "secret_key_unknown"
    detail = "The signing keys cannot be decrypted."

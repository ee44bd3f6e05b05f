"""Errors about signing keys."""

from fastauth.domain.errors import NotFound, Unavailable


class SigningKeyNotFound(NotFound):
    """No signing key has this id."""

    code = "signing_key_not_found"
    detail = "No such signing key"


class NoActiveSigningKey(Unavailable):
    """No signing key is active. One is generated when the service starts, and checked once a minute."""

    code = "signing_key_missing"
    detail = "There is no signing key."


class KeyUnwrapFailed(Unavailable):
    """A private key cannot be decrypted: another secret key encrypted it, or it is damaged."""

    code = "secret_key_unknown"
    detail = "The signing keys cannot be decrypted."

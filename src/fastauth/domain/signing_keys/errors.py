"""Errors about signing keys."""

from fastauth.domain.errors import Unavailable


class NoActiveSigningKey(Unavailable):
    """There is no key to sign with. One is made when the service starts, and once a minute."""

    code = "signing_key_missing"
    detail = "There is no signing key."


class KeyUnwrapFailed(Unavailable):
    """The signing keys were sealed under a secret key that this process does not have."""

    code = "secret_key_unknown"
    detail = "The signing keys cannot be opened."

"""Errors about passkeys."""

from fastauth.domain.errors import Conflict, NotFound, Violation

NOT_A_CREDENTIAL = Violation(
    "credential", "not_a_credential", "Must be a new credential of this ceremony, which has not ended."
)
"""Why a new credential is refused is in what the browser or the authenticator has sent."""


class PasskeyTaken(Conflict):
    """The credential is a passkey already, of this account or of another one."""

    code = "passkey_taken"
    detail = "This passkey is registered already"


class TooManyPasskeys(Conflict):
    """The account has as many passkeys as it may have."""

    code = "too_many_passkeys"
    detail = "The account has 20 passkeys: remove one first"


class PasskeyNotFound(NotFound):
    """The account has no passkey with this id."""

    code = "passkey_not_found"
    detail = "No such passkey"

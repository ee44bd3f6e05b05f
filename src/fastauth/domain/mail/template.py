"""The mails that the service sends, and the values that each shows.

Mails to an address that is not verified show no text that a person chose: no username and no
full name. Otherwise a stranger could send advertisements through the service.
"""

from datetime import UTC, datetime
from enum import StrEnum

_SECRET = frozenset({"link", "token"})
_NOTICE = frozenset({"username", "when"})


class MailTemplate(StrEnum):
    """The mails. A value is the name of the template's files; it is stored in the outbox."""

    VERIFY_ADDRESS = "verify_address"
    """To a new address: prove that it is yours."""
    CHANGE_ADDRESS = "change_address"
    """To the address that replaces another one: prove that it is yours."""
    ADDRESS_NOT_VERIFIED = "address_not_verified"
    """To an address that is not verified, if a reset of the password is requested with it."""
    RESET_PASSWORD = "reset_password"  # noqa: S105  the name of a mail
    """To a proved address: choose a new password."""
    INVITATION = "invitation"
    """To an invited address: create an account, or log in to one."""
    ADDRESS_CHANGED = "address_changed"
    """To the replaced address. Without a link if its values ``link`` and ``token`` are empty."""
    ADDRESS_CHANGE_UNDONE = "address_change_undone"
    """To the address that was verified until then, among others."""
    ADDRESS_REMOVED = "address_removed"
    """To the removed address. The link is as above."""
    PASSWORD_ADDED = "password_added"  # noqa: S105  the name of a mail
    PASSWORD_REMOVED = "password_removed"  # noqa: S105  the name of a mail
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  the name of a mail
    PASSWORD_RESET = "password_reset"  # noqa: S105  the name of a mail
    LOGIN_FROM_NEW_DEVICE = "login_from_new_device"
    SESSION_REUSED = "session_reused"
    """A refresh token was used twice, so the session was ended."""
    ACCOUNT_DISABLED = "account_disabled"
    ROLE_GRANTED = "role_granted"
    TOTP_ADDED = "totp_added"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    SECOND_FACTOR_LOCKED = "second_factor_locked"
    API_KEY_CREATED = "api_key_created"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_CLONED = "passkey_cloned"
    WEBHOOK_DISABLED = "webhook_disabled"
    """To administrators."""
    DATA_EXPORTED = "data_exported"
    ACCOUNT_CLOSING = "account_closing"
    """To each address of an account that closes, with a link to keep it."""
    ACCOUNT_KEPT = "account_kept"
    ACCOUNT_ERASED = "account_erased"
    """To the last address of an account that is gone."""
    TEST = "test"
    """To an address that the operator gives: shows that mails arrive."""

    @property
    def values(self) -> frozenset[str]:
        """Names of the values that the renderer needs; it refuses others.

        ``link`` and ``token``: the link of the mail, and the token in it for people who copy it.
        ``hours``, ``minutes``, ``days``: lifetime of the token, as a decimal number.
        ``username``: as the user spelt it. ``when``, ``until``: see `show_time`.
        ``address``: the client's IP address. ``role``: its name, as the operator chose it.
        ``webhook``: its id and the host of its URL.
        """
        return _VALUES[self]


_VALUES: dict[MailTemplate, frozenset[str]] = {
    MailTemplate.VERIFY_ADDRESS: _SECRET | {"hours"},
    MailTemplate.CHANGE_ADDRESS: _SECRET | {"hours"},
    MailTemplate.ADDRESS_NOT_VERIFIED: frozenset(),
    MailTemplate.RESET_PASSWORD: _SECRET | {"username", "minutes"},
    MailTemplate.INVITATION: _SECRET | {"until"},
    MailTemplate.ADDRESS_CHANGED: _SECRET | _NOTICE | {"days"},
    MailTemplate.ADDRESS_CHANGE_UNDONE: _NOTICE,
    MailTemplate.ADDRESS_REMOVED: _SECRET | _NOTICE | {"days"},
    MailTemplate.PASSWORD_ADDED: _NOTICE,
    MailTemplate.PASSWORD_REMOVED: _NOTICE,
    MailTemplate.PASSWORD_CHANGED: _NOTICE,
    MailTemplate.PASSWORD_RESET: _NOTICE,
    MailTemplate.LOGIN_FROM_NEW_DEVICE: _NOTICE | {"address"},
    MailTemplate.SESSION_REUSED: _NOTICE,
    MailTemplate.ACCOUNT_DISABLED: _NOTICE,
    MailTemplate.ROLE_GRANTED: _NOTICE | {"role"},
    MailTemplate.TOTP_ADDED: _NOTICE,
    MailTemplate.TOTP_REMOVED: _NOTICE,
    MailTemplate.RECOVERY_CODES_MADE: _NOTICE,
    MailTemplate.RECOVERY_CODE_USED: _NOTICE,
    MailTemplate.SECOND_FACTOR_LOCKED: _NOTICE,
    MailTemplate.API_KEY_CREATED: _NOTICE,
    MailTemplate.PASSKEY_ADDED: _NOTICE,
    MailTemplate.PASSKEY_REMOVED: _NOTICE,
    MailTemplate.PASSKEY_CLONED: _NOTICE,
    MailTemplate.WEBHOOK_DISABLED: _NOTICE | {"webhook"},
    MailTemplate.DATA_EXPORTED: _NOTICE,
    MailTemplate.ACCOUNT_CLOSING: _SECRET | _NOTICE | {"until"},
    MailTemplate.ACCOUNT_KEPT: _NOTICE,
    MailTemplate.ACCOUNT_ERASED: _NOTICE,
    MailTemplate.TEST: frozenset(),
}


def show_time(time: datetime) -> str:
    """Return a time to the minute, in UTC, in a form that all languages read."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

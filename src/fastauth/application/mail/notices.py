"""The events of which the owner of an account gets a mail, and why other events have none."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.email_addresses.record import UNDO_PERIOD
from fastauth.domain.mail.recipient import addressed_to
from fastauth.domain.mail.template import MailTemplate, show_time
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.unit_of_work import Transaction

NOTICES: Mapping[EventType, MailTemplate] = {
    EventType.LOGIN_SUCCEEDED: MailTemplate.LOGIN_FROM_NEW_DEVICE,
    EventType.REFRESH_TOKEN_REUSED: MailTemplate.SESSION_REUSED,
    EventType.PASSWORD_CHANGED: MailTemplate.PASSWORD_CHANGED,
    EventType.PASSWORD_ADDED: MailTemplate.PASSWORD_ADDED,
    EventType.PASSWORD_REMOVED: MailTemplate.PASSWORD_REMOVED,
    EventType.PASSWORD_RESET: MailTemplate.PASSWORD_RESET,
    EventType.EMAIL_REMOVED: MailTemplate.ADDRESS_REMOVED,
    EventType.EMAIL_CHANGED: MailTemplate.ADDRESS_CHANGED,
    EventType.EMAIL_CHANGE_UNDONE: MailTemplate.ADDRESS_CHANGE_UNDONE,
    EventType.USER_DISABLED: MailTemplate.ACCOUNT_DISABLED,
    EventType.DATA_EXPORTED: MailTemplate.DATA_EXPORTED,
    EventType.ERASURE_REQUESTED: MailTemplate.ACCOUNT_CLOSING,
    EventType.ERASURE_CANCELLED: MailTemplate.ACCOUNT_KEPT,
    EventType.ROLE_GRANTED: MailTemplate.ROLE_GRANTED,
    EventType.TOTP_ADDED: MailTemplate.TOTP_ADDED,
    EventType.TOTP_REMOVED: MailTemplate.TOTP_REMOVED,
    EventType.RECOVERY_CODES_MADE: MailTemplate.RECOVERY_CODES_MADE,
    EventType.RECOVERY_CODE_USED: MailTemplate.RECOVERY_CODE_USED,
    EventType.SECOND_FACTOR_LOCKED: MailTemplate.SECOND_FACTOR_LOCKED,
    EventType.PASSKEY_ADDED: MailTemplate.PASSKEY_ADDED,
    EventType.PASSKEY_REMOVED: MailTemplate.PASSKEY_REMOVED,
    EventType.PASSKEY_CLONED: MailTemplate.PASSKEY_CLONED,
    EventType.API_KEY_CREATED: MailTemplate.API_KEY_CREATED,
}
"""The mail for each event that concerns a credential (OWASP ASVS 5.0, 6.3.7)."""

NO_NOTICE: Mapping[EventType, str] = {
    EventType.USER_CREATED: "The account is new: it has no verified address yet.",
    EventType.LOGIN_FAILED: "Any client can cause it, for any account.",
    EventType.SESSION_RENEWED: "It happens every few minutes while a client is used.",
    EventType.SESSION_RENEWAL_FAILED: "A client that slept for long causes it; nothing was given.",
    EventType.LOGGED_OUT: "The owner did it, or an operator, and it takes access away.",
    EventType.STEPPED_UP: "Its session had a mail if the device was new, and gets no more access.",
    EventType.STEP_UP_FAILED: "Nothing changed, and the session's attempts are limited.",
    EventType.PASSWORD_CHANGE_FAILED: "Nothing changed, and the session's attempts are limited.",
    EventType.SECOND_FACTOR_REFUSED: "People mistype codes; many in a row lock the factor, which has a mail.",
    EventType.PASSKEY_USED: "It goes with a log-in, which has a mail on a new device, or with a step-up.",
    EventType.API_KEY_REVOKED: "It takes access away, and gives none.",
    EventType.FULL_NAME_CHANGED: "A full name opens nothing.",
    EventType.EMAIL_ADDED: "A pending address opens nothing; it gets the mail that verifies it.",
    EventType.EMAIL_VERIFIED: "It is the first address, and its reader has just used the link.",
    EventType.PASSWORD_RESET_REQUESTED: "It is recorded with the mail that has the link.",
    EventType.PASSWORD_RESET_STARTED: "The mail that has the link follows.",
    EventType.SECOND_FACTORS_RESET: "The removal of each factor has a mail.",
    EventType.USER_RENAMED: "An operator did it, and gives the user the new username.",
    EventType.USER_ENABLED: "An operator gives back what the owner had; the next log-in shows it.",
    EventType.USER_UNLOCKED: "An operator did it for the owner; no credential changed.",
    EventType.INVITATION_CREATED: "It concerns no account; the invited address gets a mail.",
    EventType.INVITATION_ACCEPTED: "Its owner has done it, and each role has a mail.",
    EventType.INVITATION_WITHDRAWN: "It concerns no account.",
    EventType.USER_ERASED: "The account has no address any more; the erasure itself sends the last mail.",
    EventType.ROLE_REVOKED: "It takes rights away, and gives none.",
    EventType.ROLE_CHANGED: "It concerns a role, and no account in particular.",
    EventType.WEBHOOK_CREATED: "It concerns no account.",
    EventType.WEBHOOK_CHANGED: "It concerns no account.",
    EventType.WEBHOOK_SECRET_ROTATED: "It concerns no account.",
    EventType.WEBHOOK_RESUMED: "It concerns no account.",
    EventType.WEBHOOK_REMOVED: "It concerns no account.",
    EventType.WEBHOOK_DISABLED: "Administrators get a mail if the service did it (`GiveUp`).",
    EventType.CLIENT_CREATED: "It concerns no account.",
    EventType.CLIENT_CHANGED: "It concerns no account.",
    EventType.CLIENT_DISABLED: "It concerns no account.",
    EventType.CLIENT_ENABLED: "It concerns no account.",
    EventType.CLIENT_SECRET_ROTATED: "It concerns no account.",
    EventType.CLIENT_REMOVED: "It concerns no account.",
    EventType.SIGNING_KEY_ROTATED: "It concerns no account.",
    EventType.SIGNING_KEY_REVOKED: "It concerns no account.",
}
"""Why there is no mail for any other event."""

_KINDS = {EventType.ERASURE_REQUESTED: OutboxKind.ACCOUNT_CLOSING}
"""The kind of entry for notices with a link for each address."""

_WITH_UNDO = frozenset({EventType.EMAIL_CHANGED, EventType.EMAIL_REMOVED})
"""The address that they replace or remove gets a link. Without one for a removal, an attacker would remove
the address and verify another one, and the owner could not undo it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Add a notice to the outbox for each address of an account that must get a mail about an event.

    These are the verified address and those replaced within `UNDO_PERIOD`. No limit applies to notices:
    otherwise an attacker could use the limit up first.
    """

    sends_mail: bool
    """Whether the installation sends mail."""

    async def add(self, transaction: Transaction, event: Event, *, address: str = "") -> None:
        """Add the notices of an event in the transaction of the change, before the change of an address.

        `address` is the network address of the client, where the mail shows it. An account without a
        verified address has no notices, and costs one statement.
        """
        template = NOTICES.get(event.type)
        if template is None or event.user_id is None or not self.sends_mail:
            return
        since = event.occurred_at - UNDO_PERIOD
        for record in await transaction.email_addresses.informed(event.user_id, since=since):
            is_replaced_now = event.type in _WITH_UNDO and record.replaced_at is None
            kind = _KINDS.get(event.type, OutboxKind.NOTICE)
            await transaction.outbox.add(
                OutboxKind.ADDRESS_CHANGED if is_replaced_now else kind,
                {
                    "template": template.value,
                    **addressed_to(record.address),
                    "when": show_time(event.occurred_at),
                    "address": address,
                    "role": event.detail or "",
                },
                user_id=event.user_id,
                now=event.occurred_at,
            )

"""Start the reset of another user's password."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import Delegation
from fastauth.application.mail.deadlines import RESET_MAIL_DEADLINE
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.administration.errors import NoVerifiedAddress, UserDisabled
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import NotOffered
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_USERS


@dataclass(frozen=True, slots=True, kw_only=True)
class StartResetByAdmin:
    """Queue the mail by which the owner of an account sets a new password.

    Its link goes to the verified address of the account alone. The administrator gets neither link nor
    password, and the password stays valid until the owner replaces it.
    """

    delegation: Delegation
    sends_mail: bool
    """Whether the installation sends mail."""

    async def __call__(self, *, acting: Principal, user_id: UserId) -> User:
        """Queue the mail.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.write``.
            UserNotFound: No account has this id.
            OwnAccount: It is the account of `acting`.
            MorePrivileged: The user holds more than `acting`.
            NotOffered: The installation sends no mail.
            UserDisabled: The account is disabled.
            NoVerifiedAddress: There is no address to send the mail to.
            StorageUnavailable: Try again later.
        """
        async with self.delegation.begin(acting, WRITE_USERS) as act:
            if not self.sends_mail:
                raise NotOffered
            user = await act.target(user_id)
            if user.disabled_at:
                raise UserDisabled
            verified = (await act.transaction.email_addresses.of_user(user_id)).verified
            if verified is None:
                raise NoVerifiedAddress
            await act.transaction.outbox.add(
                OutboxKind.PASSWORD_RESET,
                {"identifier": verified.address.text},
                user_id=user_id,
                now=act.now,
                expires_at=act.now + RESET_MAIL_DEADLINE,
            )
            await act.record(EventType.PASSWORD_RESET_STARTED, user_id)
            await act.transaction.commit()
        return user

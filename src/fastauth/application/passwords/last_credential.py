"""An account keeps a credential to log in with."""

from fastauth.domain.accounts.user import UserId
from fastauth.domain.passwords.errors import LastCredential
from fastauth.domain.unit_of_work import Transaction


async def check_can_log_in(transaction: Transaction, user_id: UserId) -> None:
    """Return if a password, or a passkey that was not copied, is left to log in with.

    It is called after a credential was removed, in that transaction, which has called
    `SecondFactorRepository.lock` before. So of two concurrent removals the second one sees the first. A code
    is no credential of its own, and neither is an address: it gives a new password where mails are sent.

    Raises:
        LastCredential: None is left. The transaction must not be committed.
    """
    if (await transaction.passwords.get(user_id)).is_usable:
        return
    if all(passkey.suspect_at for passkey in await transaction.passkeys.of_user(user_id)):
        raise LastCredential

"""The account of a token that resets a password."""

from datetime import datetime
from hmac import compare_digest

from fastauth.application.mail.mailed_token import consume_mailed_token
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.passwords.credential import PasswordCredential
from fastauth.domain.unit_of_work import Transaction


async def consume_reset_token(
    transaction: Transaction, token: str, *, codec: OneTimeTokenCodec, now: datetime
) -> PasswordCredential:
    """Consume the token and return its account with the hash to replace.

    Password and address are still those of the time of issue. A change of the address withdraws the tokens.
    One may be stored in the same moment all the same, by a mail that is being made: so the address is
    compared too.

    Raises:
        InvalidLink: The token is not valid, the account is disabled, or its password or address was changed.
    """
    purpose = Purpose.RESET_PASSWORD
    user_id, used = await consume_mailed_token(transaction, token, purpose, codec=codec, now=now)
    user = await transaction.users.get(user_id)
    if not user or user.disabled_at:
        raise InvalidLink
    stored = await transaction.passwords.get(user.id)
    if not compare_digest(stored.digest(), used.payload):
        raise InvalidLink
    verified = (await transaction.email_addresses.of_user(user.id)).verified
    if verified is None or verified.address.key != used.subject:
        raise InvalidLink
    return PasswordCredential(user, stored)

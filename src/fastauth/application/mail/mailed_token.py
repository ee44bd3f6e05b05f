"""The token of a link that was mailed to an address of an account."""

from datetime import datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.one_time_tokens.token import OneTimeToken, OneTimeTokenCodec, Purpose
from fastauth.domain.unit_of_work import Transaction


async def consume_mailed_token(
    transaction: Transaction, text: str, purpose: Purpose, *, codec: OneTimeTokenCodec, now: datetime
) -> tuple[UserId, OneTimeToken]:
    """Consume a token; return its account and the token.

    Raises:
        InvalidLink: The token is not valid for `purpose`, or is of no account.
    """
    digests = codec.digests(purpose, text)
    used = await transaction.one_time_tokens.consume(digests, purpose=purpose, now=now)
    if used is None or used.user_id is None:
        raise InvalidLink
    return used.user_id, used

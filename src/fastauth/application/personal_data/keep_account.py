"""Keep an account that was to be erased."""

from dataclasses import dataclass

from fastauth.application.mail.mailed_token import consume_mailed_token
from fastauth.application.personal_data.keep import keep
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.personal_data.erasure import ErasureNotFound
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAccount:
    """Keep an account, by the token of the mail. It gives no access: the owner logs in afterwards."""

    tokens: OneTimeTokenCodec
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, token: str) -> None:
        """Undo the request.

        Raises:
            InvalidLink: The token is not valid, or the account was kept or erased.
            StorageUnavailable: Try again later.
        """
        purpose, codec, now = Purpose.UNDO_ERASURE, self.tokens, self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            user_id, _ = await consume_mailed_token(transaction, token, purpose, codec=codec, now=now)
            try:
                await keep(transaction, user_id, now=now)
            except ErasureNotFound:
                raise InvalidLink from None
            await transaction.commit()

"""Store the authenticator apps of a batch of imported accounts."""

from collections.abc import Mapping
from datetime import datetime

from fastauth.application.accounts.validate_record import ValidRecord
from fastauth.domain.accounts.user import UserId
from fastauth.domain.second_factors.totp import TOTP_PURPOSE, step_of
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.unit_of_work import Transaction


async def add_factors(
    transaction: Transaction,
    records: Mapping[str, ValidRecord],
    inserted: Mapping[str, UserId | None],
    *,
    secret_box: SecretBox,
    now: datetime,
) -> None:
    """Store confirmed apps of `inserted` accounts. An account that exists keeps the factors that it has.

    The current code is not accepted any more: it may have been used in the other system.
    """
    sealed = {
        user_id: secret_box.seal(totp.text, purpose=TOTP_PURPOSE)
        for name, user_id in inserted.items()
        if user_id is not None and (totp := records[name].totp)
    }
    await transaction.second_factors.add_imported(sealed, step=step_of(now), now=now)

"""The account that an entry of the outbox is about."""

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.outbox.message import OutboxEntry


async def account_of(entry: OutboxEntry, users: UserRepository) -> User | None:
    """Return the account of an entry; ``None`` if it is about none, or the account is gone."""
    if entry.user_id is None:
        return None
    return await users.get(entry.user_id)

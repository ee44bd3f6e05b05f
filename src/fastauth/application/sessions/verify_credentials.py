"""Verification of a username and a password."""

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.accounts.username import Username
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.passwords.ports import PasswordHasher


async def verify_credentials(
    name: Username, password: Password, *, may_succeed: bool, users: UserRepository, hasher: PasswordHasher
) -> tuple[User, PasswordHash]:
    """Return the account and its current password hash, after storing an upgraded one.

    Raises:
        InvalidCredentials: The attempt may not succeed, or the account does not exist, is disabled
            or has another password. The work is the same in every case.
        HashingOverloaded: Too many passwords wait already.
        StorageUnavailable: Try again later.
    """
    user, current_hash = await _verify(name, password, may_succeed, users, hasher)
    stored_hash = user.password_hash
    if current_hash != stored_hash and not await users.compare_and_set_password(
        user.id, expected=stored_hash, new=current_hash
    ):
        # A concurrent log-in has upgraded the hash, or the password was changed.
        return await _verify(name, password, may_succeed, users, hasher)
    return user, current_hash


async def _verify(
    name: Username,
    password: Password,
    may_succeed: bool,  # noqa: FBT001  of this module alone
    users: UserRepository,
    hasher: PasswordHasher,
) -> tuple[User, PasswordHash]:
    user = await users.find(name)
    usable = user.password_hash if user and may_succeed and not user.disabled_at else None
    current_hash = await hasher.verify_and_update(password, usable)  # None: the dummy hash
    if user is None or user.disabled_at:
        raise InvalidCredentials
    return user, current_hash

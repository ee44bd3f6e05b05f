"""Verification of a username and a password."""

from fastauth.domain.accounts.user import User
from fastauth.domain.accounts.username import Username
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.passwords.ports import PasswordHasher, PasswordRepository


async def verify_credentials(
    name: Username,
    password: Password,
    *,
    may_succeed: bool,
    passwords: PasswordRepository,
    hasher: PasswordHasher,
) -> tuple[User, PasswordHash]:
    """Return the account and its current password hash, after storing an upgraded one.

    Raises:
        InvalidCredentials: The attempt may not succeed, or the account does not exist, is disabled
            or has another password. The work is the same in every case.
        HashingOverloaded: Too many passwords wait already.
        StorageUnavailable: Try again later.
    """
    user, stored_hash, current_hash = await _verify(name, password, may_succeed, passwords, hasher)
    if current_hash != stored_hash and not await passwords.compare_and_set(
        user.id, expected=stored_hash, new=current_hash
    ):
        # A concurrent log-in has upgraded the hash, or the password was changed.
        user, _, current_hash = await _verify(name, password, may_succeed, passwords, hasher)
    return user, current_hash


async def _verify(
    name: Username,
    password: Password,
    may_succeed: bool,  # noqa: FBT001  of this module alone
    passwords: PasswordRepository,
    hasher: PasswordHasher,
) -> tuple[User, PasswordHash, PasswordHash]:
    """Return the account, its stored hash, and the hash to store."""
    found = await passwords.find(name)
    usable = found if found and may_succeed and not found.user.disabled_at else None
    current_hash = await hasher.verify_and_update(password, usable.password_hash if usable else None)
    if usable is None:  # compared with the dummy hash, for the time that it takes
        raise InvalidCredentials
    return usable.user, usable.password_hash, current_hash

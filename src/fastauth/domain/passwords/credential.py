"""Accounts with the hashes of their passwords."""

from dataclasses import dataclass

from fastauth.domain.accounts.user import NewUser, User, UserId
from fastauth.domain.passwords.password import PasswordHash


@dataclass(frozen=True, slots=True)
class PasswordCredential:
    """An account and its password hash, as a log-in reads them."""

    user: User
    password_hash: PasswordHash


@dataclass(frozen=True, slots=True)
class ImportedUser:
    """An account of another system and its password hash, to be stored."""

    user: NewUser
    password_hash: PasswordHash


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingUser:
    """The part of a stored account that an import compares with."""

    id: UserId
    password_hash: PasswordHash

"""API keys, and what of the owner's permissions they have."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.api_keys.key_text import ApiKeyDigest, ApiKeyId
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.roles.role import NOT_FOR_MACHINES, Grants
from fastauth.domain.sessions.access_token import ApiKeyClaims
from fastauth.domain.sessions.assurance import ONE_FACTOR, TWO_FACTORS
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy

MAX_API_KEYS = 50
"""Valid keys of one account."""

DEFAULT_DAYS = 90
MAX_DAYS = 365
"""A key that is not renewed ends within a year."""

API_KEY_RETENTION = timedelta(days=30)
"""How long a key is stored after its end, so that its owner sees that it has expired."""

USE_INTERVAL = timedelta(minutes=5)
"""How often the last use of one key is stored at most."""

SESSION_PREFIX = "key:"
"""Begins the ``sid`` of tokens of a key. No session has an id with a colon."""


@dataclass(frozen=True, slots=True)
class ApiKeyName:
    """What its owner calls a key. No decision depends on it."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the name without leading and trailing white space. The rules are those of a full name.

        Raises:
            InvalidInput: The name is empty, longer than 50 code points, contains a control character, or
                has no visible character.
        """
        return cls(FullName.parse(text, field="name").text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A stored key. Its text is not known."""

    id: ApiKeyId
    user_id: UserId
    name: ApiKeyName
    digest: ApiKeyDigest = field(repr=False)
    scopes: frozenset[str]
    """Permissions that the key has as long as its owner has them."""
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    """Up to `USE_INTERVAL` before the last use."""
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Return whether the key is neither revoked nor expired.

        A key whose creation is further ahead than its lifetime is of a clock that was set back.
        """
        return self.revoked_at is None and abs(now - self.created_at) < self.expires_at - self.created_at


@dataclass(frozen=True, slots=True)
class OwnedApiKey:
    """A key with its owner, and what the owner has at the moment."""

    key: ApiKey
    owner: User
    grants: Grants

    def is_valid(self, now: datetime) -> bool:
        """Return whether the key can be used. It cannot while its owner is disabled."""
        return self.key.is_valid(now) and self.owner.disabled_at is None

    def permissions(self, policy: SecondFactorPolicy) -> frozenset[str]:
        """Return those scopes of the key which its owner has.

        The owner has made the key in a session with all factors, so a second factor of the account counts.
        Without one, the key lacks what the policy keeps from the owner.
        """
        acr = TWO_FACTORS if self.owner.has_second_factor else ONE_FACTOR
        return self.key.scopes & frozenset(policy.limit_grants(self.grants, acr=acr).permissions)

    def claims(self, permissions: Iterable[str], *, audience: str | None = None) -> ApiKeyClaims:
        """Return the claims of an access token with these permissions, which ends with the key."""
        return ApiKeyClaims(
            user_id=self.owner.id,
            key_id=self.key.id,
            permissions=tuple(sorted(permissions)),
            audience=audience,
            ends_at=self.key.expires_at,
        )


def access_ended(id_: ApiKeyId, *, at: datetime) -> Revocation:
    """Return the revocation of all access tokens of a key, which have its ``sid``."""
    return Revocation(at, RevocationKind.SESSION, SESSION_PREFIX + id_)


def check_scopes(
    scopes: Iterable[str], allowed: Iterable[str], *, by_operator: bool = False
) -> frozenset[str]:
    """Return the scopes of a new key.

    Raises:
        InvalidInput: A scope is not among the permissions of the owner (`allowed`), or only an operator gives
            it to a key.
    """
    wanted = frozenset(scopes)
    if wanted - frozenset(allowed):
        detail = "Must be permissions that the owner of the key has."
        raise InvalidInput(Violation("scopes", "not_held", detail))
    if wanted & NOT_FOR_MACHINES and not by_operator:
        names = ", ".join(sorted(NOT_FOR_MACHINES))
        raise InvalidInput(
            Violation("scopes", "operator_only", f"Only an operator gives these to a key: {names}.")
        )
    return wanted


def parse_lifetime(days: int) -> timedelta:
    """Return how long a new key can be used.

    Raises:
        InvalidInput: The number of days is not from 1 to `MAX_DAYS`.
    """
    if not 1 <= days <= MAX_DAYS:
        detail = f"Must be from 1 to {MAX_DAYS}."
        raise InvalidInput(Violation("expires_in_days", "out_of_range", detail))
    return timedelta(days=days)

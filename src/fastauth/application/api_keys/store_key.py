"""Store a new API key, made by its owner or by an operator."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from fastauth.domain.accounts.user import UserId
from fastauth.domain.api_keys.api_key import ApiKey, ApiKeyName, check_scopes, parse_lifetime
from fastauth.domain.api_keys.key_text import ApiKeyCodec
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.errors import ViolationCollector
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.sessions.session import SessionId
from fastauth.domain.unit_of_work import UnitOfWork

CheckLimit = Callable[[UserId, CounterRepository], Awaitable[None]]
"""Counts a key in the transaction that stores it; raises `TooManyRequests` if there are too many."""


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key that was just made, in clear text. The text is never stored."""

    key: ApiKey
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyTerms:
    """The name, the scopes and the lifetime of a new key, validated."""

    name: ApiKeyName
    scopes: frozenset[str]
    lifetime: timedelta

    @classmethod
    def parse(
        cls, *, name: str, scopes: Iterable[str], days: int, held: Iterable[str], by_operator: bool = False
    ) -> "ApiKeyTerms":
        """Return the terms of a key of an owner who has the permissions `held`.

        Raises:
            InvalidInput: A value is not allowed; all violations are listed.
        """
        with ViolationCollector() as collecting:
            with collecting:
                label = ApiKeyName.parse(name)
            with collecting:
                allowed = check_scopes(scopes, held, by_operator=by_operator)
            with collecting:
                lifetime = parse_lifetime(days)
        return cls(name=label, scopes=allowed, lifetime=lifetime)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreApiKey:
    """Store a key and record `EventType.API_KEY_CREATED`, of which the owner gets a mail."""

    codec: ApiKeyCodec
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(
        self,
        terms: ApiKeyTerms,
        *,
        user_id: UserId,
        session_id: SessionId | None = None,
        check_limit: CheckLimit | None = None,
    ) -> NewApiKey:
        """Return the key, whose text is never shown again.

        Raises:
            TooManyRequests: `check_limit` refused it.
            TooManyApiKeys: The account has 50 keys already.
            StorageUnavailable: The key may or may not have been stored.
        """
        text, now = self.codec.issue(), self.clock.now()
        key = ApiKey(
            id=text.id,
            user_id=user_id,
            name=terms.name,
            digest=self.codec.digest(text),
            scopes=terms.scopes,
            created_at=now,
            expires_at=now + terms.lifetime,
        )
        created = Event(
            type=EventType.API_KEY_CREATED,
            occurred_at=now,
            user_id=user_id,
            session_id=session_id,
            detail=key.id,
        )
        async with self.unit_of_work.begin() as transaction:
            if check_limit:
                await check_limit(user_id, transaction.counters)
            await transaction.api_keys.add(key)
            await transaction.events.record(created)
            await transaction.commit()
        return NewApiKey(key, text.text)

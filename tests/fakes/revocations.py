"""Revocations in memory."""

from collections.abc import Collection
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.revocations.revocation import Revocation, RevocationKind, TokenIdentity


class FakeRevocationLog:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def add(self, revocation: Revocation) -> None:
        self.storage.revocations.append(revocation)

    async def add_for_roles(self, roles: Collection[str], *, at: datetime) -> None:
        for user_id, held in self.storage.user_roles.items():
            if {each.role for each in held}.intersection(roles):
                self.storage.revocations.append(Revocation.of_user(user_id, at=at))


class FakeRevocationReader:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage
        self.reads = 0

    async def read(
        self, *, since: datetime, after: Revocation | None = None, limit: int | None = None
    ) -> list[Revocation]:
        self.reads += 1
        ended = [
            Revocation(session.ended_at, RevocationKind.SESSION, session.id)
            for session in self.storage.sessions.values()
            if session.ended_at
        ]
        found = sorted(each for each in (*ended, *self.storage.revocations) if each.at > since)
        return [each for each in found if after is None or each > after][:limit]

    async def token_ids(self, *, since: datetime) -> frozenset[str]:
        stored = self.storage.revocations
        return frozenset(
            each.value for each in stored if each.kind is RevocationKind.TOKEN and each.at > since
        )

    async def is_revoked(self, token: TokenIdentity, *, since: datetime) -> bool:
        return any(each.at > since and each.concerns(token) for each in self.storage.revocations)

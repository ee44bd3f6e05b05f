"""What a `SigningKeyRepository` promises."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.domain.signing_keys.signing_key import SigningKey

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def a_key(number: int, kid: str | None = None) -> SigningKey:
    return SigningKey(
        sequence=number,
        kid=kid or f"key {number}",
        algorithm="ES256",
        public_jwk='{"kty":"EC"}',
        encrypted_private_key="sealed",
        published_at=NOW,
        active_from=NOW,
    )


class SigningKeyRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def keys(self) -> SigningKeyRepository:
        """Keys of an installation that has none."""

    async def test_keys_are_in_order_of_sequence(self, keys: SigningKeyRepository) -> None:
        for number in (2, 1, 3):
            await keys.add(a_key(number))
        assert (await keys.load()).keys == [a_key(1), a_key(2), a_key(3)]

    async def test_first_key_of_a_sequence_wins(self, keys: SigningKeyRepository) -> None:
        await asyncio.gather(*(keys.add(a_key(1, kid=f"rival {n}")) for n in range(8)))
        ring = await keys.load()
        assert len(ring.keys) == 1
        await keys.add(a_key(1, kid="latecomer"))
        assert await keys.load() == ring

    async def test_update_replaces_encrypted_key_only(self, keys: SigningKeyRepository) -> None:
        await keys.add(a_key(1))
        resealed = replace(a_key(1), encrypted_private_key="sealed again")
        await keys.update(resealed)
        assert (await keys.load()).keys == [resealed]

    async def test_removes_a_key(self, keys: SigningKeyRepository) -> None:
        await keys.add(a_key(1))
        await keys.add(a_key(2))
        await keys.remove(a_key(1))
        assert (await keys.load()).keys == [a_key(2)]

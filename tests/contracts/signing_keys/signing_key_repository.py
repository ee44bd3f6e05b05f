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
        number=number,
        kid=kid or f"key {number}",
        algorithm="ES256",
        public_jwk='{"kty":"EC"}',
        sealed="sealed",
        published_at=NOW,
        active_from=NOW,
    )


class SigningKeyRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def keys(self) -> SigningKeyRepository:
        """Keys of an installation that has none."""

    async def test_returns_keys_in_the_order_of_their_numbers(self, keys: SigningKeyRepository) -> None:
        for number in (2, 1, 3):
            await keys.add(a_key(number))
        assert (await keys.ring()).keys == [a_key(1), a_key(2), a_key(3)]

    async def test_keeps_the_first_of_one_number(self, keys: SigningKeyRepository) -> None:
        await asyncio.gather(*(keys.add(a_key(1, kid=f"rival {n}")) for n in range(8)))
        ring = await keys.ring()
        assert len(ring.keys) == 1
        await keys.add(a_key(1, kid="latecomer"))
        assert await keys.ring() == ring

    async def test_replaces_the_seal_alone(self, keys: SigningKeyRepository) -> None:
        await keys.add(a_key(1))
        resealed = replace(a_key(1), sealed="sealed again")
        await keys.reseal(resealed)
        assert (await keys.ring()).keys == [resealed]

    async def test_forgets_a_key(self, keys: SigningKeyRepository) -> None:
        await keys.add(a_key(1))
        await keys.add(a_key(2))
        await keys.remove(a_key(1))
        assert (await keys.ring()).keys == [a_key(2)]

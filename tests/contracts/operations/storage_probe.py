"""What a `StorageProbe` promises."""

import asyncio
from abc import ABC, abstractmethod

import pytest

from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.operations.ports import StorageProbe


class StorageProbeContract(ABC):
    @abstractmethod
    @pytest.fixture
    def probe(self) -> StorageProbe:
        """A probe of a database with all that it needs."""

    @abstractmethod
    @pytest.fixture
    def lost(self) -> StorageProbe:
        """A probe of a database without the schema."""

    async def test_ready(self, probe: StorageProbe) -> None:
        assert await asyncio.gather(*(probe.check() for _ in range(2))) == [None, None]

    async def test_missing_schema(self, lost: StorageProbe) -> None:
        with pytest.raises(StorageUnavailable):
            await lost.check()

"""Who gets a connection of the pool, and who is refused."""

import asyncio

import pytest

from fastauth.adapters.sql.database.connection_limit import ConnectionLimit, ConnectionLimitReached, Gate


class TestGate:
    async def test_hands_a_place_to_who_waits(self) -> None:
        gate = Gate(1)
        await gate.enter()
        waiting = asyncio.create_task(gate.enter())
        await asyncio.sleep(0)
        assert not waiting.done()
        gate.leave()
        await waiting
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await gate.enter()

    async def test_refuses_at_once_where_all_places_are_kept(self) -> None:
        gate = Gate(1)
        gate.keep()
        with pytest.raises(ConnectionLimitReached, match="1 of them"):
            await gate.enter()
        gate.release()
        await gate.enter()

    async def test_forgets_who_no_longer_waits(self) -> None:
        gate = Gate(1)
        await gate.enter()
        waiting = asyncio.create_task(gate.enter())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        gate.leave()
        await gate.enter()

    async def test_takes_a_place_back_that_came_too_late(self) -> None:
        gate = Gate(1)
        await gate.enter()
        waiting = asyncio.create_task(gate.enter())
        await asyncio.sleep(0)
        gate.leave()
        waiting.cancel()
        await asyncio.wait([waiting])
        async with asyncio.timeout(0.5):
            await gate.enter()


class TestPlaces:
    async def test_leave_two_to_reads(self) -> None:
        places = ConnectionLimit(4)
        for _ in range(2):
            await places.enter(writes=True)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await places.enter(writes=True)
        for _ in range(2):
            await places.enter(writes=False)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await places.enter(writes=False)
        places.leave(writes=True)
        await places.enter(writes=True)

    @pytest.mark.parametrize("size", [1, 2])
    async def test_let_a_small_pool_write(self, size: int) -> None:
        await ConnectionLimit(size).enter(writes=True)

"""The limit on connections: who gets a slot, who waits, who is refused."""

import asyncio

import pytest

from fastauth.adapters.sql.database.connection_limit import ConnectionLimit, ConnectionLimitReached, Slots


class TestSlots:
    async def test_released_slot_goes_to_waiting_caller(self) -> None:
        slots = Slots(1)
        await slots.acquire()
        waiting = asyncio.create_task(slots.acquire())
        await asyncio.sleep(0)
        assert not waiting.done()
        slots.release()
        await waiting
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await slots.acquire()

    async def test_acquire_fails_at_once_when_all_slots_are_withheld(self) -> None:
        slots = Slots(1)
        slots.withhold()
        with pytest.raises(ConnectionLimitReached, match="in 1 of them"):
            await slots.acquire()
        slots.restore()
        await slots.acquire()

    async def test_cancelled_waiter_gets_no_slot(self) -> None:
        slots = Slots(1)
        await slots.acquire()
        waiting = asyncio.create_task(slots.acquire())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        slots.release()
        await slots.acquire()

    async def test_slot_assigned_to_cancelled_waiter_is_released(self) -> None:
        slots = Slots(1)
        await slots.acquire()
        waiting = asyncio.create_task(slots.acquire())
        await asyncio.sleep(0)
        slots.release()
        waiting.cancel()
        await asyncio.wait([waiting])
        async with asyncio.timeout(0.5):
            await slots.acquire()


class TestConnectionLimit:
    async def test_writes_leave_two_slots_to_reads(self) -> None:
        limit = ConnectionLimit(4)
        for _ in range(2):
            await limit.acquire(writes=True)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await limit.acquire(writes=True)
        for _ in range(2):
            await limit.acquire(writes=False)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await limit.acquire(writes=False)
        limit.release(writes=True)
        await limit.acquire(writes=True)

    @pytest.mark.parametrize("size", [1, 2])
    async def test_small_pool_can_write(self, size: int) -> None:
        await ConnectionLimit(size).acquire(writes=True)

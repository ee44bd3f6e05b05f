"""Statistics, result table and load generator of the benchmark."""

import asyncio
from pathlib import Path

import pytest
from bench.enumeration import KINDS, in_process
from bench.http_requests import PING
from bench.load import Response, burst
from bench.results import Goal, Result, percentile, table
from tests.harness.postgres import free_port


class TestPercentile:
    @pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1, 100), (0.001, 1)])
    def test_nearest_rank(self, share: float, expected: float) -> None:
        assert percentile([float(number) for number in range(100, 0, -1)], share) == expected

    def test_single_sample(self) -> None:
        assert percentile([7.0], 0.99) == 7


class TestGoal:
    @pytest.mark.parametrize(
        ("goal", "value", "met"),
        [
            (Goal(1.2), 1.2, True),
            (Goal(1.2), 1.21, False),
            (Goal(0.87, at_least=True), 0.87, True),
            (Goal(0.87, at_least=True), 0.86, False),
            (Goal(2), 2.004, True),  # as it is printed
        ],
    )
    def test_compares_the_rounded_value(self, goal: Goal, value: float, *, met: bool) -> None:
        assert goal.is_met_by(value) is met


class TestTable:
    def test_cells_are_medians_and_verdict_is_for_fastauth(self) -> None:
        samples = {"fastauth": [1.0, 1.3, 1.1], "bare": [5.0]}
        assert table([Result("CPU", samples, "3 rounds", Goal(1.2))]).splitlines()[2:] == [
            "| CPU | ≤ 1.2 | met | 1.10 |  |  | 5.00 |  | 3 rounds |"
        ]

    def test_missed_goal(self) -> None:
        assert Result("CPU", {"fastauth": [1.3]}, "", Goal(1.2)).verdict == "**not met**"

    def test_goal_of_another_server(self) -> None:
        samples = {"fastauth": [1.0], "fastauth with limits": [2.0]}
        assert table([Result("CPU", samples, "n", Goal(1.5), "fastauth with limits")]).splitlines()[2:] == [
            "| CPU | ≤ 1.5 with limits | **not met** | 1.00 | 2.00 |  |  |  | n |"
        ]

    def test_results_with_a_goal_come_first(self) -> None:
        rows = table([Result("idle", {}, ""), Result("CPU", {}, "", Goal(1))]).splitlines()[2:]
        assert [row.split("|")[1].strip() for row in rows] == ["CPU", "idle"]

    def test_notes_follow_the_rows(self) -> None:
        result = Result("failures", {"fastauth": [2]}, "5 s", Goal(0), notes=["fastauth: 2 times status 500"])
        assert table([result, Result("idle", {}, "")]).splitlines()[4:] == [
            "",
            "- failures: fastauth: 2 times status 500",
        ]


class TestBurst:
    async def test_failures_are_counted_by_kind(self) -> None:
        async def respond_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(respond_once, "127.0.0.1", 0) as server:
            met = await burst(server.sockets[0].getsockname()[1], 3, seconds=60, sent=lambda: PING)
        assert met.statuses == {500: 3}
        assert met.failures == {"request: ConnectionResetError: closed before the response": 3}

    async def test_refused_connection_is_a_failure(self) -> None:
        met = await burst(free_port(), 2, seconds=60, sent=lambda: PING)
        assert met.failures == {"connect: ConnectionRefusedError": 2}


class TestResponse:
    def test_retry_after(self) -> None:
        assert Response(503, b"HTTP/1.1 503 x\r\nRetry-After: 2\r\nServer: x", b"").retry_after == 2

    def test_without_retry_after(self) -> None:
        assert Response(503, b"HTTP/1.1 503 x\r\nServer: x", b"").retry_after is None


class TestEnumeration:
    async def test_every_class_fails_in_process(self, tmp_path: Path) -> None:
        """The measurement asserts that each log-in is refused with 401."""
        times = await in_process(f"sqlite:///{tmp_path}/bench.db", number=1, warm_up=1, accounts=1)
        assert [len(each) for each in times] == [1] * len(KINDS)

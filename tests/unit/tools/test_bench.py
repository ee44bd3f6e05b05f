"""The benchmark's arithmetic, and its table."""

import pytest
from bench.load import Response
from bench.results import Goal, Result, percentile, table


class TestPercentile:
    @pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1, 100), (0.001, 1)])
    def test_is_a_sample_by_nearest_rank(self, share: float, expected: float) -> None:
        assert percentile([float(number) for number in range(100, 0, -1)], share) == expected

    def test_of_one_sample_is_that_sample(self) -> None:
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
    def test_is_judged_by_what_is_printed(self, goal: Goal, value: float, *, met: bool) -> None:
        assert goal.is_met_by(value) is met


class TestTable:
    def test_has_medians_and_a_verdict_on_fastauth_alone(self) -> None:
        samples = {"fastauth": [1.0, 1.3, 1.1], "bare": [5.0]}
        assert table([Result("CPU", samples, "3 rounds", Goal(1.2))]).splitlines()[2:] == [
            "| CPU | ≤ 1.2 | met | 1.10 |  |  | 5.00 |  | 3 rounds |"
        ]

    def test_says_what_fell_short(self) -> None:
        assert Result("CPU", {"fastauth": [1.3]}, "", Goal(1.2)).verdict == "**not met**"

    def test_judges_the_server_that_the_goal_is_for(self) -> None:
        samples = {"fastauth": [1.0], "fastauth with limits": [2.0]}
        assert table([Result("CPU", samples, "n", Goal(1.5), "fastauth with limits")]).splitlines()[2:] == [
            "| CPU | ≤ 1.5 with limits | **not met** | 1.00 | 2.00 |  |  |  | n |"
        ]

    def test_has_figures_with_a_goal_first(self) -> None:
        rows = table([Result("idle", {}, ""), Result("CPU", {}, "", Goal(1))]).splitlines()[2:]
        assert [row.split("|")[1].strip() for row in rows] == ["CPU", "idle"]


class TestAnswer:
    def test_finds_when_to_come_again(self) -> None:
        assert Response(503, b"HTTP/1.1 503 x\r\nRetry-After: 2\r\nServer: x", b"").retry_after == 2

    def test_finds_that_it_was_not_said(self) -> None:
        assert Response(503, b"HTTP/1.1 503 x\r\nServer: x", b"").retry_after is None

"""Matching of TOTP codes."""

from datetime import UTC, datetime, timedelta

import pytest

from fastauth.domain.second_factors.totp import Step, is_code, matching_step, step_of

NOW = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)
CURRENT = step_of(NOW)
SPELLINGS = [
    "",
    "12345",
    "1234567",
    "12345a",
    " 123456",
    "123456\n",
    "123 456",
    "123-456",
    "+12345",
    "１２３４５６",
    "١٢٣٤٥٦",
    "12345\0",
]


def code_at(step: Step) -> str:
    return f"{step % 1_000_000:06}"


def match(code: str, *, window: int = 1, last: int = 0, now: datetime = NOW) -> Step | None:
    return matching_step(code, code_at=code_at, now=now, window=window, last_step=Step(last))


class TestMatchingStep:
    def test_window_is_the_current_step_and_those_before(self) -> None:
        for window, accepted in ((0, {0}), (1, {0, -1})):
            matched = {age for age in range(-3, 4) if match(code_at(Step(CURRENT + age)), window=window)}
            assert matched == accepted, window

    def test_edges_of_a_step(self) -> None:
        start = datetime(2026, 11, 22, 12, tzinfo=UTC)
        code, moment = code_at(step_of(start)), timedelta(microseconds=1)
        ages = (-moment, timedelta(0), timedelta(seconds=60) - moment, timedelta(seconds=60))
        assert [match(code, now=start + age) is not None for age in ages] == [False, True, True, False]

    def test_step_is_after_the_last_one(self) -> None:
        """Also after the clock went back by an hour."""
        code = code_at(CURRENT)
        assert match(code, last=CURRENT - 1) == CURRENT
        assert match(code, last=CURRENT) is None
        earlier = NOW - timedelta(hours=1)
        assert match(code_at(step_of(earlier)), last=CURRENT, now=earlier) is None

    def test_equal_codes_of_two_steps_match_the_unused_one(self) -> None:
        found = matching_step(
            "000000", code_at=lambda _: "000000", now=NOW, window=1, last_step=Step(CURRENT - 1)
        )
        assert found == CURRENT

    @pytest.mark.parametrize("spelling", SPELLINGS)
    def test_code_is_six_ascii_digits(self, spelling: str) -> None:
        """pyotp accepts full-width digits."""
        assert not is_code(spelling)
        equal_to_anything = matching_step(
            spelling,
            code_at=lambda _: spelling if spelling.isascii() else "",
            now=NOW,
            window=1,
            last_step=Step(0),
        )
        assert equal_to_anything is None

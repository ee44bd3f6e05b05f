from pathlib import Path

import pytest

from fastauth.entrypoints.cores import cores


class TestCores:
    @pytest.mark.parametrize(
        ("cpu_max", "expected"),
        [
            ("100000 100000", 1),
            ("50000 100000", 1),
            ("max 100000", None),
            ("", None),
            ("90000000 100000", None),
        ],
    )
    def test_are_no_more_than_the_quota_of_the_container(
        self, tmp_path: Path, cpu_max: str, expected: int | None
    ) -> None:
        file = tmp_path / "cpu.max"
        file.write_text(f"{cpu_max}\n")
        assert cores(file) == (expected or cores(tmp_path / "nothing"))

    def test_are_those_of_the_machine_elsewhere(self, tmp_path: Path) -> None:
        assert cores(tmp_path / "nothing") >= 1

from pathlib import Path

import pytest

from fastauth.entrypoints.cores import cores

VERSION_1 = ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")
MUCH = 100_000_000


class TestCores:
    @pytest.mark.parametrize("quota", [100_000, 50_000, 199_999])
    def test_are_no_more_than_the_quota_of_the_container(self, tmp_path: Path, quota: int) -> None:
        (tmp_path / "2").mkdir()
        (tmp_path / "2" / "cpu.max").write_text(f"{quota} 100000\n")
        (tmp_path / "1" / "cpu").mkdir(parents=True)
        for file, value in zip(VERSION_1, (quota, 100_000), strict=True):
            (tmp_path / "1" / file).write_text(f"{value}\n")
        assert cores(tmp_path / "1") == cores(tmp_path / "2") == 1

    @pytest.mark.parametrize(
        ("version_2", "version_1"),
        [("max 100000", ""), (f"{MUCH} 100000", ""), ("", "-1"), ("", str(MUCH)), ("", "")],
    )
    def test_are_those_of_the_machine_without_one(
        self, tmp_path: Path, version_2: str, version_1: str
    ) -> None:
        (tmp_path / "cpu").mkdir()
        (tmp_path / "cpu.max").write_text(version_2)
        for file, value in zip(VERSION_1, (version_1, "100000"), strict=True):
            (tmp_path / file).write_text(value)
        assert cores(tmp_path) == cores(tmp_path / "nothing") >= 1

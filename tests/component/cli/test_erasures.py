"""``fastauth erasures`` with a file that cannot be read."""

from pathlib import Path

from tests.harness.in_process import Runner

from fastauth.entrypoints.cli import app


class TestReplay:
    def test_missing_file_is_named_with_the_reason(self, tmp_path: Path) -> None:
        result = Runner().invoke(app, ["erasures", "replay", str(tmp_path / "erased.jsonl")])
        assert result.exit_code == 1
        assert result.stderr == f"fastauth: {tmp_path}/erased.jsonl: No such file or directory\n"

    def test_file_of_another_encoding_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "erased.jsonl"
        file.write_bytes(b"\xff\xfe")
        result = Runner().invoke(app, ["erasures", "replay", str(file)])
        assert result.exit_code == 1
        assert result.stderr == f"fastauth: {file}: is not UTF-8\n"

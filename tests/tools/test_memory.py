"""Temporary files of a test run in memory."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tests.harness.memory import PREFIX, has_room, is_used, temporary_files


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep temporary files in a directory that is not in memory, as on any machine."""
    directory = tmp_path / "elsewhere"
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(directory))
    return directory


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a directory that stands for the memory of a machine."""
    place = tmp_path / "memory"
    place.mkdir()
    return place


class TestTemporaryFiles:
    def test_are_in_memory_during_the_run(self, place: Path, elsewhere: Path) -> None:
        with temporary_files(place, room=1):
            directory = Path(tempfile.mkdtemp())
            assert directory.parent.parent == place
            assert os.environ["TMPDIR"] == str(directory.parent)  # children read it
            assert is_used(place)
        assert not list(place.iterdir())
        assert Path(tempfile.gettempdir()) == elsewhere
        assert not is_used(place)

    def test_are_on_the_disk_without_room(self, place: Path, elsewhere: Path) -> None:
        with temporary_files(place, room=1 << 60):
            assert Path(tempfile.gettempdir()).parent == elsewhere
            assert not is_used(place)
        assert not list(elsewhere.iterdir())

    def test_of_a_killed_run_are_removed(self, place: Path) -> None:
        (place / f"{PREFIX}killed" / "database").mkdir(parents=True)
        (place / "of others").mkdir()
        with temporary_files(place, room=1):
            assert not (place / f"{PREFIX}killed").exists()
        assert [left.name for left in place.iterdir()] == ["of others"]

    def test_of_another_run_stay(self, place: Path) -> None:
        with temporary_files(place, room=1):
            first = Path(tempfile.gettempdir())
            with temporary_files(place, room=1):
                assert first.exists()
                assert Path(tempfile.gettempdir()) != first

    def test_has_not_the_sockets_of_multiprocessing(self, place: Path) -> None:
        """They are removed when the process ends; Python 3.11 prints an error if they are gone then."""
        program = (
            "import sys; from pathlib import Path; from multiprocessing import util;"
            "from tests.harness.memory import temporary_files\n"
            "with temporary_files(Path(sys.argv[1]), room=1): util.get_temp_dir()"
        )
        ended = subprocess.run([sys.executable, "-c", program, place], capture_output=True, check=True)
        assert ended.stderr == b""


class TestHasRoom:
    def test_needs_a_directory_with_space(self, place: Path) -> None:
        assert has_room(place, 1)
        assert not has_room(place, 1 << 60)
        assert not has_room(place / "missing", 1)

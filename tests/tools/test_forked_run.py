"""Runs of tests in forked processes."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.harness.forked_run import Files

REPOSITORY = Path(__file__).parent.parent.parent


class Project:
    """Files of tests, in a directory of their own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def add(self, name: str, text: str) -> None:
        (self._directory / name).write_text(textwrap.dedent(text))

    def run(self, *options: str) -> tuple[int, str]:
        """Return the status of pytest with two processes, and what it printed."""
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.harness.forked_run", "--processes=2",
             "-p", "no:cacheprovider", "--confcutdir=.", "--rootdir=.", *options],
            check=False, capture_output=True, text=True, timeout=120, cwd=self._directory,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        )  # fmt: skip
        return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.add(
        "conftest.py",
        """
        import os, pytest

        @pytest.fixture(scope="session", autouse=True)
        def session():
            open("begun", "a").write("x")
            yield
            open("ended", "a").write("x")
        """,
    )
    return project


MEET = """
        import time
        from pathlib import Path

        def test_{mine}():
            print("printed by {mine}")
            Path("{mine}").touch()
            deadline = time.monotonic() + 60
            while not Path("{other}").exists():
                assert time.monotonic() < deadline
                time.sleep(0.01)
            assert {result}

        def test_after_{mine}(): pass
        """
"""A file whose first test waits for that of another file, so that both run at once."""


class TestFiles:
    def test_are_taken_once_from_both_ends(self) -> None:
        all_files: list[list[pytest.Item]] = [[], [], []]
        files = Files(all_files)
        first, last = files.taken_by(0), files.taken_by(1)
        taken = [next(first), next(last), *first]
        assert [*last] == []
        assert [id(each) for each in taken] == [id(all_files[place]) for place in (0, 2, 1)]

    def test_none_is_left_after_all_were_taken(self) -> None:
        files = Files([[], [], []])
        rest = files.taken_by(0)
        next(rest)
        files.take_all()
        assert [*rest] == [*files.taken_by(1)] == []


class TestForkedRun:
    def test_files_run_beside_each_other(self, project: Project, tmp_path: Path) -> None:
        project.add("test_a.py", MEET.format(mine="a", other="b", result=True))
        project.add("test_b.py", MEET.format(mine="b", other="a", result=True))
        status, printed = project.run()
        assert status == 0
        assert "4 passed" in printed
        assert (tmp_path / "begun").read_text() == (tmp_path / "ended").read_text() == "xx"

    def test_output_is_that_of_its_test(self, project: Project) -> None:
        project.add("test_a.py", MEET.format(mine="a", other="b", result=False))
        project.add("test_b.py", MEET.format(mine="b", other="a", result=False))
        _, printed = project.run()
        shown = dict(re.findall(r"_ test_(\w) _+\n.*?-\n(printed by \w)\n(?:[_=]|$)", printed, re.DOTALL))
        assert shown == {"a": "printed by a", "b": "printed by b"}

    def test_results_are_those_of_pytest(self, project: Project) -> None:
        project.add(
            "test_a.py",
            """
            import pytest

            @pytest.fixture
            def broken():
                yield
                raise OSError("left open")

            def test_passes(): print("unseen")
            def test_fails():
                print("printed by a")
                assert {"left": 1} == {"left": 2}
            def test_breaks_after(broken): pass
            @pytest.mark.skip(reason="none")
            def test_is_skipped(): pass
            @pytest.mark.parametrize("row", [1, 2])
            def test_rows(row): assert row == 1
            """,
        )
        project.add("test_b.py", "def test_passes(): print('unseen')")
        status, printed = project.run("-ra")
        assert status == 1
        assert "2 failed, 4 passed, 1 skipped, 1 error" in printed
        assert "printed by a" in printed
        assert "assert {'left': 1} == {'left': 2}" in printed
        assert "unseen" not in printed
        assert "FAILED test_a.py::test_rows[2]" in printed

    def test_process_that_ends_fails_its_test_and_the_run(self, project: Project) -> None:
        project.add("test_a.py", "import os\ndef test_ends(): os._exit(3)\ndef test_is_not_run(): pass")
        project.add("test_b.py", "def test_passes(): pass")
        status, printed = project.run()
        assert status != 0
        assert "a process of the run ended with status 3" in printed
        assert "FAILED test_a.py::test_ends" in printed
        assert "2 tests were not run to their end" in printed

    def test_error_after_the_last_test_is_reported(self, project: Project) -> None:
        project.add(
            "test_a.py",
            """
            import pytest

            @pytest.fixture(scope="session")
            def broken():
                yield
                raise OSError("left open")

            def test_first(broken): pass
        """,
        )
        project.add("test_b.py", "def test_passes(): pass")
        status, printed = project.run()
        assert status == 1
        assert "OSError: left open" in printed
        assert "2 passed, 1 error" in printed

    def test_stops_after_so_many_failures(self, project: Project, tmp_path: Path) -> None:
        for letter in "abcdef":
            project.add(
                f"test_{letter}.py", "def test_first(): assert not 1\ndef test_second(): assert not 2"
            )
        status, printed = project.run("--maxfail=1")
        assert status != 0
        assert int(re.findall(r"(\d+) failed", printed)[-1]) <= 2
        assert (tmp_path / "begun").read_text() == (tmp_path / "ended").read_text()

    def test_errors_of_the_collection_are_those_of_pytest(self, project: Project) -> None:
        project.add("test_a.py", "import missing_module")
        project.add("test_b.py", "def test_passes(): pass")
        status, printed = project.run()
        assert status == 2
        assert "1 error during collection" in printed

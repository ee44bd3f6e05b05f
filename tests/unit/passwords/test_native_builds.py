"""Which build of the hash library runs."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastauth.adapters.passwords import native_builds
from fastauth.adapters.passwords.native_builds import BINDINGS

REAL = Path(str(sys.modules[BINDINGS].__file__)).parent.resolve()


@pytest.fixture(autouse=True)
def nothing_loaded() -> Iterator[None]:
    """Forget the bindings that run, and bring them back afterwards."""
    loaded = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith(BINDINGS)}
    yield
    native_builds.unload()
    sys.modules.update(loaded)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Holds builds for two sets of instructions; they are the one that runs here, in other places."""
    for instructions in ("avx2", "avx512f"):
        (tmp_path / instructions).mkdir()
        (tmp_path / instructions / BINDINGS).symlink_to(REAL)
    return tmp_path


def replace(folder: Path, instructions: str, source: str) -> None:
    (folder / instructions / BINDINGS).unlink()
    (folder / instructions / BINDINGS).mkdir()
    (folder / instructions / BINDINGS / "__init__.py").write_text(source)


class TestHashBuild:
    @pytest.mark.parametrize(
        ("processor", "build"),
        [
            ({"sse2"}, "stock"),
            ({"sse2", "avx2"}, "avx2"),
            ({"sse2", "avx2", "avx512f"}, "avx512f"),
            (set[str](), "stock"),
        ],
    )
    def test_is_the_fastest_that_the_processor_runs(
        self, folder: Path, processor: set[str], build: str
    ) -> None:
        assert native_builds.load(folder, processor) == build
        assert native_builds.active_build(folder) == build

    def test_is_the_stock_one_where_no_other_was_made(self, tmp_path: Path) -> None:
        assert native_builds.load(tmp_path, {"avx2", "avx512f"}) == "stock"

    @pytest.mark.parametrize("source", ["raise ImportError", "raise OSError", "lib = None", "lib = list"])
    def test_is_none_that_cannot_be_loaded(self, folder: Path, source: str) -> None:
        replace(folder, "avx512f", source)
        assert native_builds.load(folder, {"avx2", "avx512f"}) == "avx2"

    @pytest.mark.parametrize("verdict", [0, -35])
    def test_is_none_that_hashes_wrongly(self, folder: Path, verdict: int) -> None:
        source = (
            "from types import SimpleNamespace\n"
            f"lib = SimpleNamespace(ARGON2_OK=0, Argon2_id=2, argon2_verify=lambda *_: {verdict})"
        )
        replace(folder, "avx512f", source)
        assert native_builds.load(folder, {"avx2", "avx512f"}) == "avx2"

    def test_is_the_one_that_runs_already(self, folder: Path) -> None:
        assert native_builds.load(folder, {"avx2"}) == "avx2"
        assert native_builds.load(folder, {"avx512f"}) == "avx2"


class TestInstructions:
    def test_are_read_from_what_linux_says(self, tmp_path: Path) -> None:
        cpuinfo = tmp_path / "cpuinfo"
        cpuinfo.write_text(
            "processor\t: 0\nflags\t\t: fpu sse2 avx2\n\nprocessor\t: 1\nflags\t\t: fpu sse2\n"
        )
        assert native_builds.instructions(cpuinfo) == {"fpu", "sse2"}

    def test_are_unknown_elsewhere(self, tmp_path: Path) -> None:
        assert native_builds.instructions(tmp_path / "nothing") == set()

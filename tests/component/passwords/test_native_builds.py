"""The choice among builds of the argon2 bindings."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastauth.adapters.passwords import native_builds
from fastauth.adapters.passwords.native_builds import BINDINGS

REAL = Path(str(sys.modules[BINDINGS].__file__)).parent.resolve()


@pytest.fixture(autouse=True)
def nothing_loaded() -> Iterator[None]:
    """Unload the bindings, and restore them afterwards."""
    loaded = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith(BINDINGS)}
    yield
    native_builds.unload()
    sys.modules.update(loaded)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with builds for two instruction sets; both are links to the build of this machine."""
    for instructions in ("avx2", "avx512f"):
        (tmp_path / instructions).mkdir()
        (tmp_path / instructions / BINDINGS).symlink_to(REAL)
    return tmp_path


def replace(folder: Path, instructions: str, source: str) -> None:
    (folder / instructions / BINDINGS).unlink()
    (folder / instructions / BINDINGS).mkdir()
    (folder / instructions / BINDINGS / "__init__.py").write_text(source)


class TestLoad:
    @pytest.mark.parametrize(
        ("processor", "build"),
        [
            ({"sse2"}, "stock"),
            ({"sse2", "avx2"}, "avx2"),
            ({"sse2", "avx2", "avx512f"}, "avx512f"),
            (set[str](), "stock"),
        ],
    )
    def test_fastest_supported_build_is_loaded(self, folder: Path, processor: set[str], build: str) -> None:
        assert native_builds.load(folder, processor) == build
        assert native_builds.active_build(folder) == build

    def test_wheel_is_used_without_other_builds(self, tmp_path: Path) -> None:
        assert native_builds.load(tmp_path, {"avx2", "avx512f"}) == "stock"

    @pytest.mark.parametrize("source", ["raise ImportError", "raise OSError", "lib = None", "lib = list"])
    def test_broken_build_is_skipped(self, folder: Path, source: str) -> None:
        replace(folder, "avx512f", source)
        assert native_builds.load(folder, {"avx2", "avx512f"}) == "avx2"

    @pytest.mark.parametrize("verdict", [0, -35])
    def test_build_that_fails_the_self_test_is_skipped(self, folder: Path, verdict: int) -> None:
        source = (
            "from types import SimpleNamespace\n"
            f"lib = SimpleNamespace(ARGON2_OK=0, Argon2_id=2, argon2_verify=lambda *_: {verdict})"
        )
        replace(folder, "avx512f", source)
        assert native_builds.load(folder, {"avx2", "avx512f"}) == "avx2"

    def test_loaded_build_is_kept(self, folder: Path) -> None:
        assert native_builds.load(folder, {"avx2"}) == "avx2"
        assert native_builds.load(folder, {"avx512f"}) == "avx2"


class TestInstructions:
    def test_common_flags_of_all_processors(self, tmp_path: Path) -> None:
        cpuinfo = tmp_path / "cpuinfo"
        cpuinfo.write_text(
            "processor\t: 0\nflags\t\t: fpu sse2 avx2\n\nprocessor\t: 1\nflags\t\t: fpu sse2\n"
        )
        assert native_builds.instructions(cpuinfo) == {"fpu", "sse2"}

    def test_empty_outside_linux(self, tmp_path: Path) -> None:
        assert native_builds.instructions(tmp_path / "nothing") == set()

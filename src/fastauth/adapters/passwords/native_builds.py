"""Import argon2 with the fastest build of its bindings that this processor supports.

The wheel of argon2-cffi-bindings uses only SSE2 on x86. ``make fast-hash`` and the container image add
builds of the same source, in one folder for each instruction set. This module imports the fastest one that
the processor supports and that passes a self-test, and else the wheel. Import argon2 from here.

It depends on the private module ``_argon2_cffi_bindings`` and its ``lib``. The builds are in a folder named
after the version of the bindings, so another version falls back to the wheel.
"""

import importlib
import sys
from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path
from sysconfig import get_path

BINDINGS = "_argon2_cffi_bindings"
FOLDER = Path(get_path("platlib"), "argon2_builds", version("argon2-cffi-bindings"))
"""Contains the builds. It is named after the version, so that argon2-cffi never runs on other bindings."""
FASTEST_FIRST = ("avx512f", "avx2")
"""Instruction sets by the names of Linux, GCC and ``requirements/fast-hash``."""
GENERIC = "stock"
"""The build of the wheel."""

_TEST_HASH = b"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
"""The hash of ``password``, from the tests of the reference implementation of Argon2."""


def load(folder: Path, processor: Collection[str]) -> str:
    """Load the fastest build in `folder` that `processor` supports, unless one is loaded; return its name."""
    for name in FASTEST_FIRST:
        if name in processor and (folder / name).is_dir() and BINDINGS not in sys.modules:
            sys.path.insert(0, str(folder / name))
            try:
                if not _self_test():
                    unload()
            except (ImportError, OSError, AttributeError, TypeError):  # damaged, or built for another Python
                unload()
            finally:
                sys.path.remove(str(folder / name))
    return active_build(folder)


def active_build(folder: Path = FOLDER) -> str:
    """Return the name of the loaded build: one of `FASTEST_FIRST`, or `GENERIC`."""
    place = Path(str(importlib.import_module(BINDINGS).__file__)).parent.parent
    return place.name if place.parent == folder else GENERIC


def fastest_build() -> str:
    """Return the name of the fastest build that this processor supports, whether or not it is installed."""
    known = instructions()
    return next((name for name in FASTEST_FIRST if name in known), GENERIC)


def instructions(cpuinfo: Path = Path("/proc/cpuinfo")) -> set[str]:
    """Return the instruction sets that all processors support; an empty set outside Linux."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return set()
    flags = [set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")]
    return set.intersection(*flags) if flags else set()


def unload() -> None:
    """Remove the bindings from the imported modules, so that the next import loads them again."""
    for name in [each for each in sys.modules if each.partition(".")[0] == BINDINGS]:
        del sys.modules[name]


def _self_test() -> bool:
    """Return whether the loaded bindings verify a known hash, and reject another password."""
    lib = importlib.import_module(BINDINGS).lib
    right, wrong = (
        lib.argon2_verify(_TEST_HASH, password, len(password), lib.Argon2_id) == lib.ARGON2_OK
        for password in (b"password", b"Password")
    )
    return right and not wrong


load(FOLDER, instructions())

import argon2 as argon2  # noqa: E402, PLC0414  after the bindings are loaded

"""Which build of the hash library runs: its stock build, or one made for this processor.

The wheel of argon2-cffi-bindings asks no more of an x86 processor than SSE2. ``make fast-hash`` and
the image put builds of the same source beside it, in a folder for each set of instructions. Whoever
imports argon2 from here has the fastest of them that the processor runs and that hashes rightly.
"""

import importlib
import sys
from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path
from sysconfig import get_path

BINDINGS = "_argon2_cffi_bindings"
FOLDER = Path(get_path("platlib"), "argon2_builds", version("argon2-cffi-bindings"))
"""Of the same version, or argon2-cffi would run on bindings that it was not locked with."""
FASTEST_FIRST = ("avx512f", "avx2")
"""As Linux, GCC and ``requirements/fast-hash`` call these instructions."""
GENERIC = "stock"

_KNOWN = b"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
"""The hash of ``password``, from the tests of the reference implementation of Argon2."""


def load(folder: Path, processor: Collection[str]) -> str:
    """Load the fastest build that `processor` has the instructions for, unless one is loaded; name it."""
    for name in FASTEST_FIRST:
        if name in processor and (folder / name).is_dir() and BINDINGS not in sys.modules:
            sys.path.insert(0, str(folder / name))
            try:
                if not _self_test():
                    unload()
            except (ImportError, OSError, AttributeError, TypeError):  # damaged, or of another Python
                unload()
            finally:
                sys.path.remove(str(folder / name))
    return active_build(folder)


def active_build(folder: Path = FOLDER) -> str:
    """Return the name of the build that runs: one of `FASTEST_FIRST`, or `GENERIC`."""
    place = Path(str(importlib.import_module(BINDINGS).__file__)).parent.parent
    return place.name if place.parent == folder else GENERIC


def fastest_build() -> str:
    """Return the name of the build that would be the fastest on this processor."""
    known = instructions()
    return next((name for name in FASTEST_FIRST if name in known), GENERIC)


def instructions(cpuinfo: Path = Path("/proc/cpuinfo")) -> set[str]:
    """Return what every processor of this machine understands, as far as Linux tells it."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return set()
    flags = [set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")]
    return set.intersection(*flags) if flags else set()


def unload() -> None:
    """Have the bindings imported anew."""
    for name in [each for each in sys.modules if each.partition(".")[0] == BINDINGS]:
        del sys.modules[name]


def _self_test() -> bool:
    lib = importlib.import_module(BINDINGS).lib
    right, wrong = (
        lib.argon2_verify(_KNOWN, password, len(password), lib.Argon2_id) == lib.ARGON2_OK
        for password in (b"password", b"Password")
    )
    return right and not wrong


load(FOLDER, instructions())

import argon2 as argon2  # noqa: E402, PLC0414  not before it is decided on which bindings

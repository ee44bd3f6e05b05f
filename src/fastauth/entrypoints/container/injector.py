"""Imports dependency_injector without FastAPI, unless that is imported already.

Its module `wiring`, which nothing here uses, would import FastAPI: a sixth of the time of a command.
"""

import sys

if "fastapi" not in sys.modules:
    sys.modules["fastapi"] = None  # type: ignore[assignment]  # an import of it fails, and wiring goes on
    try:
        import dependency_injector.wiring  # noqa: F401
    finally:
        del sys.modules["fastapi"]

"""The command ``fastauth`` in this process: a new interpreter takes a second before it does anything."""

import os
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner, Result

from fastauth.entrypoints.cli import app


def run_fastauth(*arguments: str, settings: Mapping[str, str], directory: str | Path) -> Result:
    """Run the command under the ``FASTAUTH_`` variables in `settings` and no others."""
    only: dict[str, str | None] = {name: None for name in os.environ if name.startswith("FASTAUTH_")}
    only |= {name: value for name, value in settings.items() if name.startswith("FASTAUTH_")}
    with chdir(directory):
        return CliRunner(env=only).invoke(app, arguments)

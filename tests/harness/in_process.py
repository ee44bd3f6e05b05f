"""The command ``fastauth`` in this process: a new interpreter takes a second before it does anything."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from functools import cache
from pathlib import Path
from unittest.mock import patch

from tests.container_pool import containers
from typer import Typer
from typer.main import get_command
from typer.testing import CliRunner, Result

from fastauth.entrypoints import container
from fastauth.entrypoints.cli import app

commands_of = cache(get_command)


class Runner(CliRunner):
    """Makes the commands of an application once. `CliRunner` does it in each call, which takes 10 ms.

    A container, which takes 20 ms to make, comes from the pool.
    """

    def invoke(  # type: ignore[override]  # without arguments that are never passed
        self,
        app: Typer,
        args: Sequence[str] = (),
        input: bytes | str | None = None,  # noqa: A002  its name in CliRunner
        env: Mapping[str, str | None] | None = None,
    ) -> Result:
        """Return what the application does with these arguments."""
        error: BaseException | None = None
        exit_code = 0
        with self.isolation(input=input, env=env) as streams:
            try:
                with containers() as pool, patch.object(container, "Container", pool):
                    commands_of(app).main(args=args, prog_name="fastauth")
            except SystemExit as ended:
                exit_code = int(ended.code or 0)
                error = ended if exit_code else None
            except Exception as raised:  # noqa: BLE001  the test looks at it
                exit_code, error = 1, raised
            sys.stdout.flush()
            sys.stderr.flush()
            stdout, stderr, output = (stream.getvalue() for stream in streams)
        return Result(self, stdout, stderr, output, return_value=None, exit_code=exit_code, exception=error)


def run_fastauth(*arguments: str, settings: Mapping[str, str], directory: str | Path) -> Result:
    """Run the command under the ``FASTAUTH_`` variables in `settings` and no others."""
    only: dict[str, str | None] = {name: None for name in os.environ if name.startswith("FASTAUTH_")}
    only |= {name: value for name, value in settings.items() if name.startswith("FASTAUTH_")}
    with chdir(directory):
        return Runner(env=only).invoke(app, arguments)

"""``fastauth users``."""

from typing import Annotated

import typer

from fastauth.entrypoints.cli.running import run

app = typer.Typer(help="Look after accounts.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The username, in any spelling.")]


@app.command()
def disable(name: Name) -> None:
    """Close an account. Its sessions end at once, and nobody can log in to it."""
    user = run(lambda container: container.disable_user()(username=name))
    typer.echo(f"{user.username.spelling} is disabled, and every session has ended")


@app.command()
def enable(name: Name) -> None:
    """Open an account that was disabled."""
    user = run(lambda container: container.enable_user()(username=name))
    typer.echo(f"{user.username.spelling} is enabled")


@app.command()
def reopen(name: Name) -> None:
    """Let new devices log in to an account again, after strangers have guessed at it too often."""
    user = run(lambda container: container.reopen_user()(username=name))
    typer.echo(f"{user.username.spelling} is open to new devices")

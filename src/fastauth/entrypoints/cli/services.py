"""``fastauth services``."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from fastauth.entrypoints.cli.output import add_row, format_time, show
from fastauth.entrypoints.cli.runner import run

app = typer.Typer(help="Manage services that read the revocation feed.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the service.")]


@app.command()
def create(name: Name) -> None:
    """Create a service and print its key. The key is not shown again."""
    typer.echo(run(lambda container: container.create_service()(name=name)).text)


@app.command()
def rotate(
    name: Name,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Let the old keys end now, not in a day.")
    ] = False,
) -> None:
    """Print a new key of a service. Its old keys end in 24 hours."""
    typer.echo(run(lambda container: container.rotate_service_key()(name=name, at_once=at_once)).text)


@app.command()
def remove(name: Name) -> None:
    """Remove a service. Its keys are refused within five seconds."""
    run(lambda container: container.services().remove(name))
    typer.echo(f"{name} is removed")


@app.command(name="list")
def list_services() -> None:
    """List the services and when their keys end."""
    from rich.table import Table

    now = datetime.now(UTC)
    table = Table("service", "permissions", "key made", "key ends")
    for each in run(lambda container: container.services().load()):
        for key in each.keys:
            ends = format_time(key.expires_at) if key.is_valid(now) else "ended"
            permissions = " ".join(sorted(each.service.permissions))
            add_row(table, each.service.name, permissions, format_time(key.created_at), ends)
    show(table)

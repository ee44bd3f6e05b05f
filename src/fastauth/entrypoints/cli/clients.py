"""``fastauth clients``."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.domain.roles.permissions import READ_REVOCATIONS
from fastauth.entrypoints.cli.output import add_row, echo_json, format_time, show
from fastauth.entrypoints.cli.runner import run

if TYPE_CHECKING:
    from fastauth.application.clients.client_changes import CreatedClient

app = typer.Typer(help="Manage OAuth 2.0 clients: services with credentials.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the client.")]
Permission = Annotated[str, typer.Argument(metavar="PERMISSION", help="Such as orders:read.")]
Audience = Annotated[str, typer.Argument(metavar="AUDIENCE", help="Such as https://orders.example.com.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def create(
    name: Name,
    permissions: Annotated[
        list[str],
        typer.Option("--permission", "-p", help="What it may do. Repeat it for several."),
    ] = [READ_REVOCATIONS],  # noqa: B006  typer copies it
    audiences: Annotated[
        list[str],
        typer.Option(
            "--audience", "-a", help="An audience that it may ask tokens for, besides the usual one."
        ),
    ] = [],  # noqa: B006  typer copies it
    json: AsJson = False,
) -> None:
    """Create a client and print its secret, which is not shown again."""
    _show(
        run(
            lambda container: container.create_client()(
                name=name, permissions=permissions, audiences=audiences
            )
        ),
        json=json,
    )


@app.command()
def rotate_secret(
    name: Name,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="End the old secret and all tokens now.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Print a new secret of a client. The old one ends in 24 hours."""
    _show(run(lambda container: container.rotate_client_secret()(name=name, at_once=at_once)), json=json)


@app.command()
def grant(name: Name, permission: Permission) -> None:
    """Give a client a permission."""
    run(lambda container: container.change_client()(name=name, grant=[permission]))
    typer.echo(f"{name} has the permission {permission}")


@app.command()
def revoke(name: Name, permission: Permission) -> None:
    """Take a permission from a client. Its tokens are revoked."""
    run(lambda container: container.change_client()(name=name, revoke=[permission]))
    typer.echo(f"{name} does not have the permission {permission}")


@app.command()
def add_audience(name: Name, audience: Audience) -> None:
    """Let a client ask for tokens for an audience, besides the usual one."""
    run(lambda container: container.change_client()(name=name, add_audiences=[audience]))
    typer.echo(f"{name} may ask for tokens for {audience}")


@app.command()
def remove_audience(name: Name, audience: Audience) -> None:
    """Take an audience from a client. Its tokens are revoked."""
    run(lambda container: container.change_client()(name=name, remove_audiences=[audience]))
    typer.echo(f"{name} may not ask for tokens for {audience}")


@app.command()
def disable(name: Name) -> None:
    """Refuse a client. Its tokens are revoked, and its secret is refused within five seconds."""
    run(lambda container: container.change_client()(name=name, disabled=True))
    typer.echo(f"{name} is disabled")


@app.command()
def enable(name: Name) -> None:
    """Accept a disabled client again."""
    run(lambda container: container.change_client()(name=name, disabled=False))
    typer.echo(f"{name} is enabled")


@app.command()
def remove(name: Name) -> None:
    """Remove a client. Its tokens are revoked, and its secrets are refused within five seconds."""
    run(lambda container: container.remove_client()(name=name))
    typer.echo(f"{name} is removed")


@app.command(name="list")
def list_clients(json: AsJson = False) -> None:
    """List the clients, and when their secrets end."""
    from rich.table import Table

    now = datetime.now(UTC)
    table = Table(
        "client", "id", "permissions", "audiences", "last used", "secret made", "secret ends", "state"
    )
    for each in run(lambda container: container.clients().load()):
        client = each.client
        permissions, audiences = sorted(client.permissions), list(client.audiences)
        if json:
            echo_json(
                {
                    "name": client.name,
                    "client_id": client.id,
                    "permissions": permissions,
                    "audiences": audiences,
                    "created_at": client.created_at,
                    "last_used_at": client.last_used_at,
                    "disabled_at": client.disabled_at,
                    "secrets": len([secret for secret in each.secrets if secret.is_valid(now)]),
                }
            )
        for secret in each.secrets:
            ends = format_time(secret.expires_at) if secret.is_valid(now) else "ended"
            state = "disabled" if client.disabled_at else "enabled"
            used, made = format_time(client.last_used_at), format_time(secret.created_at)
            add_row(
                table,
                client.name,
                client.id,
                " ".join(permissions),
                " ".join(audiences),
                used,
                made,
                ends,
                state,
            )
    if not json:
        show(table)


def _show(created: "CreatedClient", *, json: bool) -> None:
    if json:
        echo_json({"client_id": created.client.id, "client_secret": created.secret.text})
        return
    typer.echo(f"The id of {created.client.name} is {created.client.id}, its secret:", err=True)
    typer.echo(created.secret.text)

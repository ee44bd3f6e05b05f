"""``fastauth api-keys``: API keys of users."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.application.api_keys.store_key import NewApiKey
from fastauth.domain.api_keys.api_key import DEFAULT_DAYS, MAX_DAYS, ApiKey
from fastauth.entrypoints.cli import users
from fastauth.entrypoints.cli.output import add_row, echo_json, format_time, show
from fastauth.entrypoints.cli.runner import run

if TYPE_CHECKING:
    from fastauth.entrypoints.container import Container

app = typer.Typer(help="Manage API keys of users.", no_args_is_help=True)


@app.command()
def create(
    name: users.Name,
    label: Annotated[str, typer.Option("--name", help="A name for the key, such as Backup.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="A permission that the user has. Repeat it for several."),
    ] = None,
    days: Annotated[
        int, typer.Option("--days", help=f"Days until it expires, 1 to {MAX_DAYS}.")
    ] = DEFAULT_DAYS,
) -> None:
    """Make an API key for a user and print it. It is not shown again. The user gets a mail."""

    async def issue(container: "Container") -> NewApiKey:
        return await container.issue_api_key()(username=name, name=label, scopes=scope or [], days=days)

    typer.echo(run(issue).text)


@app.command(name="list")
def list_api_keys(name: users.Name, json: users.Json = False) -> None:
    """List the API keys of a user that are valid or have expired in the last 30 days."""

    async def read(container: "Container") -> tuple[ApiKey, ...]:
        user = await container.find_user()(username=name)
        return await container.list_api_keys()(user_id=user.id)

    keys, now = run(read), datetime.now(UTC)
    if json:
        for key in keys:
            echo_json(_as_json(key))
        return
    from rich.table import Table

    table = Table("id", "name", "scopes", "created", "last used", "ends")
    for key in keys:
        ends = format_time(key.expires_at) if key.is_valid(now) else "expired"
        used = format_time(key.last_used_at) if key.last_used_at else "never"
        scopes = " ".join(sorted(key.scopes))
        add_row(table, key.id, key.name.text, scopes, format_time(key.created_at), used, ends)
    show(table)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The 16 characters after fa_key_.")],
) -> None:
    """Revoke an API key and all access tokens that it was exchanged for."""
    run(lambda container: container.revoke_api_key()(id_=key_id))
    typer.echo(f"{key_id} is revoked")


def _as_json(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name.text,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at.isoformat(),
        "last_used_at": key.last_used_at.isoformat() if key.last_used_at else None,
    }

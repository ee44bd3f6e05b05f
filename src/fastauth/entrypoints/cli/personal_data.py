"""``fastauth erasures``, and the commands of ``fastauth users`` that export, erase and keep accounts."""

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.domain.roles.permissions import READ_EVENTS
from fastauth.entrypoints.cli import users
from fastauth.entrypoints.cli.output import add_row, echo_json, format_time, show
from fastauth.entrypoints.cli.runner import fail, run
from fastauth.entrypoints.text import escape_control_characters

if TYPE_CHECKING:
    from fastauth.domain.personal_data.erasure import ListedErasure
    from fastauth.entrypoints.container import Container

app = typer.Typer(help="Show erasures of accounts, and repeat them after a restore.", no_args_is_help=True)

DIFFERENT = 2
"""Exit status of ``replay`` if a line was left for the operator to look at."""


@app.command(name="list")
def list_erasures(
    open_: Annotated[
        bool,
        typer.Option(
            "--open", help="Only those that some client with fastauth:events.read has not confirmed."
        ),
    ] = False,
    signed: Annotated[
        bool, typer.Option("--signed", help="Print erased accounts as signed lines, for `replay`.")
    ] = False,
    json: users.Json = False,
) -> None:
    """List erasures, and which services have confirmed them."""

    async def show_all(container: "Container") -> None:
        clients = await container.clients().load()
        expected: set[str] = {
            each.client.id
            for each in clients
            if READ_EVENTS in each.client.permissions and each.client.disabled_at is None
        }
        rows = []
        async for page in container.list_erasures()():
            for listed in page:
                waits_for = sorted(expected - {each.consumer for each in listed.receipts})
                if open_ and not (listed.erasure.erased_at and waits_for):
                    continue
                if signed:
                    if listed.erasure.erased_at:
                        typer.echo(container.erased_list().line(listed.erasure))
                elif json:
                    echo_json(_as_json(listed, waits_for))
                else:
                    rows.append((listed, waits_for))
        if rows:
            _show_table(rows)

    run(show_all)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Lines of `fastauth erasures list --signed`.")],
) -> None:
    """Erase accounts again after a backup was restored. Nothing is done if a line is not signed."""
    try:
        lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except UnicodeDecodeError:
        fail(f"{file}: is not UTF-8")

    async def replay_all(container: "Container") -> bool:
        accounts = [container.erased_list().read(line) for line in lines]
        for number, account in enumerate(accounts, 1):
            if account is None:
                fail(f"{file}: entry {number} is not signed with the secret key; nothing was erased")
        left = False
        for account in accounts:
            if account is not None:
                replayed = await container.replay_erasure()(erased=account)
                left |= replayed == "other_name"
                typer.echo(f"{account.user_id} {replayed}")
        return left

    if run(replay_all):
        raise typer.Exit(DIFFERENT)


@users.app.command()
def export(name: users.Name) -> None:
    """Print all that is stored of a person as JSON. The owner of the account gets a mail."""
    from fastauth.entrypoints.exported_json import exported_json

    found = run(lambda container: container.export_user()(username=name))
    typer.echo(json_format.dumps(exported_json(found), indent=2))


@users.app.command()
def erase(
    name: users.Name,
    now: Annotated[bool, typer.Option("--now", help="Erase at once. It cannot be undone.")] = False,
) -> None:
    """Close an account: it is erased after FASTAUTH_ERASE_DAYS. The owner gets a mail."""
    closed = run(lambda container: container.close_user()(username=name, at_once=now))
    shown = escape_control_characters(name)
    if closed.is_erased:
        typer.echo(f"{shown} is erased")
    else:
        typer.echo(f"{shown} is closed, and erased at {format_time(closed.erase_at)}")


@users.app.command()
def keep(name: users.Name) -> None:
    """Keep an account that is to be erased."""
    user = run(lambda container: container.keep_user()(username=name))
    typer.echo(f"{escape_control_characters(user.username.display)} is kept")


def _as_json(listed: "ListedErasure", waits_for: list[str]) -> dict[str, object]:
    erasure = listed.erasure
    return {
        "user_id": erasure.user_id,
        "requested_at": erasure.requested_at,
        "erase_at": erasure.erase_at,
        "erased_at": erasure.erased_at,
        "confirmed_by": {each.consumer: each.at.isoformat() for each in listed.receipts},
        "waits_for": waits_for if erasure.erased_at else [],
    }


def _show_table(rows: "list[tuple[ListedErasure, list[str]]]") -> None:
    from rich.table import Table

    table = Table("user id", "requested", "due", "erased", "confirmed by", "waits for")
    for listed, waits_for in rows:
        erasure = listed.erasure
        times = (erasure.requested_at, erasure.erase_at, erasure.erased_at)
        add_row(
            table,
            erasure.user_id,
            *map(format_time, times),
            " ".join(each.consumer for each in listed.receipts),
            " ".join(waits_for) if erasure.erased_at else "",
        )
    show(table)

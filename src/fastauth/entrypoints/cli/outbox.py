"""``fastauth outbox``."""

from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.entrypoints.cli.output import add_row, echo_json, format_time, show
from fastauth.entrypoints.cli.runner import fail, run

if TYPE_CHECKING:
    from fastauth.domain.outbox.message import OutboxRecord
    from fastauth.entrypoints.container import Container

app = typer.Typer(help="Show and retry what waits to be delivered, such as mails.", no_args_is_help=True)


@app.command(name="list")
def list_entries(
    *,
    done: Annotated[bool, typer.Option("--done", help="Entries that were closed, the last first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Maximum number of entries.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print lines of JSON.")] = False,
) -> None:
    """List entries that wait, the oldest due first. Contents and addresses are never shown."""
    records = run(lambda container: container.outbox_queue().records(waiting=not done, limit=limit))
    if as_json:
        for record in records:
            echo_json(_as_json(record))
    elif records:
        _show(records)
    else:
        typer.echo(f"fastauth: nothing {'was closed' if done else 'waits'}", err=True)


@app.command()
def retry(
    entry_id: Annotated[str | None, typer.Argument(metavar="ID", help="The id of a waiting entry.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All waiting entries.")] = False,
) -> None:
    """Deliver a waiting entry now, or all of them, for example when a mail server works again.

    Entries under delivery stay as they are. A closed entry has no content any more and cannot be retried.
    """
    if (entry_id is None) is not everything:
        raise typer.BadParameter("give the ID of an entry, or --all")

    async def make_due(container: "Container") -> int:
        now = container.clock().now()
        return await container.outbox_queue().make_due(entry_id=entry_id, now=now)

    changed = run(make_due)
    if entry_id and not changed:
        fail("no waiting entry has this id, or it is being delivered")
    typer.echo(f"due now: {changed}")


def _show(records: "list[OutboxRecord]") -> None:
    from rich.table import Table

    table = Table("id", "kind", "account", "added", "due", "attempts", "state", "last error")
    for record in records:
        add_row(
            table,
            record.id,
            record.kind,
            "" if record.user_id is None else record.user_id,
            format_time(record.created_at),
            format_time(record.due_at),
            record.attempts,
            _state(record),
            record.error or "",
        )
    show(table)


def _state(record: "OutboxRecord") -> str:
    if record.outcome:
        return f"{record.outcome.value} at {format_time(record.done_at)}"
    return "leased" if record.leased_until else "waiting"


def _as_json(record: "OutboxRecord") -> dict[str, object]:
    return {
        "id": record.id,
        "kind": record.kind,
        "user_id": record.user_id,
        "created_at": record.created_at,
        "due_at": record.due_at,
        "leased_until": record.leased_until,
        "attempts": record.attempts,
        "expires_at": record.expires_at,
        "done_at": record.done_at,
        "outcome": record.outcome,
        "error": record.error,
    }

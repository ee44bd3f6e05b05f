"""``fastauth audit``."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.domain.audit.event import EventType
from fastauth.entrypoints.cli.runner import run

if TYPE_CHECKING:
    from fastauth.domain.audit.trail import AuditEntry
    from fastauth.entrypoints.container import Container

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _parse_time(text: str) -> datetime:
    try:
        if ago := re.fullmatch(r"([0-9]{1,6})([smhdw])", text):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter("not a time; 2026-11-01, 2026-11-01T12:30 or 2h would be") from None


def audit(  # noqa: PLR0913, PLR0917  the options of a command
    user: Annotated[
        str | None, typer.Option(metavar="NAME", help="What happened to this account, or under this name.")
    ] = None,
    event_type: Annotated[
        EventType | None,
        typer.Option("--type", metavar="TYPE", help="Only events of one type, for example login_failed."),
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(parser=_parse_time, metavar="TIME", help="Not before this time.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(parser=_parse_time, metavar="TIME", help="Before this time.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Write a JSON object in each line.")] = False,
) -> None:
    """Show what happened to accounts and keys, the newest first.

    A TIME is a date or a time by ISO 8601, in UTC unless it says otherwise, or how long ago
    that was: 30m, 2h, 7d.
    """
    show = _in_lines if as_json else _in_tables

    async def read(container: "Container") -> None:
        trail = container.read_audit_trail()
        await show(trail(username=user, event_type=event_type, since=since, until=until, limit=limit))

    run(read)


async def _in_lines(pages: AsyncIterator[list["AuditEntry"]]) -> None:
    async for page in pages:
        for entry in page:
            typer.echo(json.dumps(_told(entry)))


async def _in_tables(pages: AsyncIterator[list["AuditEntry"]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console, found = Console(width=None if Console().is_terminal else 160), False
    async for page in pages:
        found = True
        table = Table("at", "event", "user", "session", "by", "address")
        for entry in page:
            event, origin = entry.event, entry.source
            cells = (
                f"{event.occurred_at:%Y-%m-%d %H:%M:%S}Z",
                event.type.value,
                entry.username
                or event.user_id
                or (f"name {event.username_digest.hex()[:8]}" if event.username_digest else ""),
                event.session_id or "",
                origin.actor.value if origin else "",
                (origin.address if origin else None) or "",
            )
            table.add_row(*(Text(escape_control_characters(str(cell))) for cell in cells))
        console.print(table)
    if not found:
        typer.echo("fastauth: there are no such events", err=True)


def _told(entry: "AuditEntry") -> dict[str, str | int | None]:
    event, origin = entry.event, entry.source
    return {
        "number": entry.id,
        "at": f"{event.occurred_at:%Y-%m-%dT%H:%M:%S.%f}Z",
        "type": event.type.value,
        "user_id": event.user_id,
        "username": entry.username,
        "name_tried": event.username_digest.hex() if event.username_digest else None,
        "session_id": event.session_id,
        "actor": origin.actor.value if origin else None,
        "address": origin.address if origin else None,
    }


def escape_control_characters(text: str) -> str:
    """Return a text with its control characters spelt out: a name that was adopted may hold any."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)

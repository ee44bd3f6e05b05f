"""``fastauth audit``."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.domain.audit.event import EventType
from fastauth.entrypoints.cli.output import add_row, format_time, show
from fastauth.entrypoints.cli.runner import run

if TYPE_CHECKING:
    from fastauth.domain.audit.event import EventSource
    from fastauth.domain.audit.trail import AuditEntry
    from fastauth.entrypoints.container import Container

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _parse_time(text: str) -> datetime:
    try:
        if ago := re.fullmatch(r"([0-9]{1,6})([smhdw])", text):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter("must be a time such as 2026-11-01, 2026-11-01T12:30 or 2h") from None


def _parse_type(text: str) -> EventType:
    try:
        return EventType(text)
    except ValueError:
        raise typer.BadParameter(
            "must be a type of event, such as login_failed; the documentation lists all"
        ) from None


def audit(  # noqa: PLR0913, PLR0917  the options of a command
    user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only events of this account or username.")
    ] = None,
    event_type: Annotated[
        EventType | None,
        typer.Option(
            "--type",
            parser=_parse_type,
            metavar="TYPE",
            help="Only events of one type, for example login_failed.",
        ),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(parser=_parse_time, metavar="TIME", help="Only events at or after this time."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(parser=_parse_time, metavar="TIME", help="Only events before this time."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of events.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print lines of JSON.")] = False,
) -> None:
    """Show audit events of accounts and keys, the newest first.

    A TIME is a date or time in ISO 8601, in UTC unless it has an offset, or an age: 30m, 2h, 7d.
    """
    print_pages = _in_lines if as_json else _in_tables

    async def read(container: "Container") -> None:
        trail = container.read_audit_trail()
        await print_pages(trail(username=user, event_type=event_type, since=since, until=until, limit=limit))

    run(read)


async def _in_lines(pages: AsyncIterator[list["AuditEntry"]]) -> None:
    async for page in pages:
        for entry in page:
            typer.echo(json.dumps(as_json(entry)))


async def _in_tables(pages: AsyncIterator[list["AuditEntry"]]) -> None:
    from rich.table import Table

    found = False
    async for page in pages:
        found = True
        table = Table("at", "event", "user", "detail", "session", "by", "address")
        for entry in page:
            event, source = entry.event, entry.source
            digest = f"name {event.username_digest.hex()[:8]}" if event.username_digest else ""
            add_row(
                table,
                format_time(event.occurred_at),
                event.type.value,
                entry.username or event.user_id or digest,
                event.detail or "",
                event.session_id or "",
                source_text(source),
                (source.address if source else None) or "",
            )
        show(table)
    if not found:
        typer.echo("fastauth: no events match", err=True)


def source_text(source: "EventSource | None") -> str:
    """Return who acted: for an act on another account also the account or the client."""
    if source is None:
        return ""
    account = "" if source.actor_id is None else f"account {source.actor_id}"
    return ", ".join(filter(None, (source.actor.value, account, source.client_id)))


def as_json(entry: "AuditEntry") -> dict[str, str | int | None]:
    """Return the members of a line of JSON."""
    event, source = entry.event, entry.source
    return {
        "number": entry.id,
        "at": f"{event.occurred_at:%Y-%m-%dT%H:%M:%S.%f}Z",
        "type": event.type.value,
        "user_id": event.user_id,
        "username": entry.username,
        "name_tried": event.username_digest.hex() if event.username_digest else None,
        "session_id": event.session_id,
        "detail": event.detail,
        "actor": source.actor.value if source else None,
        "actor_id": source.actor_id if source else None,
        "client_id": source.client_id if source else None,
        "address": source.address if source else None,
    }

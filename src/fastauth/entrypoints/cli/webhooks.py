"""``fastauth webhooks``."""

from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.entrypoints.cli.output import add_row, echo_json, format_time, show
from fastauth.entrypoints.cli.runner import fail, run

if TYPE_CHECKING:
    from fastauth.application.webhooks.list_webhooks import WebhookStatus

app = typer.Typer(help="Manage webhooks, to which events are sent.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of the webhook.")]
Types = Annotated[
    list[str] | None, typer.Option("--type", help="A type of event to send. Repeat it for several.")
]


@app.command()
def create(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where events are sent.")], types: Types = None
) -> None:
    """Create a webhook, and print its id and its secret. The secret is not shown again."""
    new = run(lambda container: container.create_webhook()(acting=None, url=url, types=types or None))
    typer.echo(f"{new.webhook.id} {new.secret}")


@app.command()
def change(
    webhook_id: Id,
    *,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Where events are sent.")] = None,
    types: Types = None,
    all_types: Annotated[bool, typer.Option("--all-types", help="Send all types of events.")] = False,
) -> None:
    """Replace the URL or the types of a webhook."""
    if url is None and not types and not all_types:
        raise typer.BadParameter("give --url, --type or --all-types")
    run(
        lambda container: container.change_webhook()(
            acting=None, webhook_id=webhook_id, url=url, types=types or None, all_types=all_types
        )
    )
    typer.echo(f"{webhook_id} is changed")


@app.command()
def rotate_secret(
    webhook_id: Id,
    *,
    at_once: Annotated[bool, typer.Option("--at-once", help="End the old secret now, not in a day.")] = False,
) -> None:
    """Print a new secret of a webhook. The old one signs too for 24 hours."""
    new = run(
        lambda container: container.rotate_webhook_secret()(
            acting=None, webhook_id=webhook_id, at_once=at_once
        )
    )
    typer.echo(new.secret)


@app.command()
def disable(webhook_id: Id) -> None:
    """Stop sending to a webhook. It keeps its place among the events."""
    run(lambda container: container.disable_webhook()(acting=None, webhook_id=webhook_id))
    typer.echo(f"{webhook_id} is disabled")


@app.command()
def resume(webhook_id: Id) -> None:
    """Send to a webhook again, from the first event that it has not had."""
    run(lambda container: container.resume_webhook()(acting=None, webhook_id=webhook_id))
    typer.echo(f"{webhook_id} is resumed")


@app.command()
def remove(webhook_id: Id) -> None:
    """Delete a webhook."""
    run(lambda container: container.remove_webhook()(acting=None, webhook_id=webhook_id))
    typer.echo(f"{webhook_id} is removed")


@app.command()
def test(webhook_id: Id) -> None:
    """Send a test message now, and print the status of the response."""
    attempt = run(lambda container: container.send_test_message()(acting=None, webhook_id=webhook_id))
    if not attempt.is_delivered:
        fail(f"not delivered: {attempt.error}")
    typer.echo(f"delivered: status {attempt.status}")


@app.command(name="list")
def list_webhooks(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print lines of JSON.")] = False
) -> None:
    """List the webhooks and what they do."""
    found = run(lambda container: container.list_webhooks()(acting=None))
    if as_json:
        for each in found:
            echo_json(_as_json(each))
    elif found:
        _show(found)
    else:
        typer.echo("fastauth: there is no webhook", err=True)


def _show(found: "tuple[WebhookStatus, ...]") -> None:
    from rich.table import Table

    table = Table("id", "url", "types", "state", "behind", "failures", "next attempt", "last error")
    for each in found:
        webhook = each.webhook
        add_row(
            table,
            webhook.id,
            webhook.url,
            "all" if webhook.types is None else " ".join(sorted(webhook.types)),
            f"{each.state} ({webhook.disabled_reason})" if webhook.disabled_reason else each.state.value,
            each.behind,
            webhook.failures,
            format_time(webhook.due_at) if each.state.value == "waiting" else "",
            webhook.last_error or "",
        )
    show(table)


def _as_json(each: "WebhookStatus") -> dict[str, object]:
    webhook = each.webhook
    return {
        "id": webhook.id,
        "url": webhook.url,
        "types": None if webhook.types is None else sorted(webhook.types),
        "state": each.state.value,
        "behind": each.behind,
        "failures": webhook.failures,
        "due_at": webhook.due_at,
        "last_attempt_at": webhook.last_attempt_at,
        "last_success_at": webhook.last_success_at,
        "last_error": webhook.last_error,
        "disabled_at": webhook.disabled_at,
        "disabled_reason": webhook.disabled_reason,
    }

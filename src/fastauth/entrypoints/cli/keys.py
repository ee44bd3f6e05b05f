"""``fastauth keys``."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from fastauth.entrypoints.cli.output import add_row, format_time, show
from fastauth.entrypoints.cli.runner import run

if TYPE_CHECKING:
    from fastauth.domain.signing_keys.signing_key import KeySet

app = typer.Typer(help="Look after the keys that sign access tokens.", no_args_is_help=True)


@app.command(name="list")
def list_keys() -> None:
    """Show the public keys: which signs, which will, which did."""
    _show(run(lambda container: container.signing_keys().load()))


@app.command()
def rotate() -> None:
    """Publish a new key now. It signs once nobody can have an older set of keys in a cache."""
    _show(run(lambda container: container.rotate_keys()(early=True)))


def _show(ring: "KeySet") -> None:
    from rich.table import Table

    now = datetime.now(UTC)
    signer = ring.active(now)
    table = Table("number", "key id", "algorithm", "published", "signs from", "state")
    for key in ring.keys:
        state = "signs" if key is signer else "to come" if key.active_from > now else "verifies"
        times = map(format_time, (key.published_at, key.active_from))
        add_row(table, key.sequence, key.kid, key.algorithm, *times, state)
    show(table)

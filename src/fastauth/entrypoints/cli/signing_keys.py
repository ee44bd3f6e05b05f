"""``fastauth keys``."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.entrypoints.cli.output import add_row, format_time, show
from fastauth.entrypoints.cli.runner import fail, run

if TYPE_CHECKING:
    from fastauth.domain.signing_keys.key_set import KeySet

app = typer.Typer(help="Manage the keys that sign access tokens.", no_args_is_help=True)


@app.command(name="list")
def list_keys() -> None:
    """List the public keys and their state."""
    _show(run(lambda container: container.signing_keys().load()))


@app.command()
def rotate() -> None:
    """Publish a new key now. It signs as soon as no cache can hold an older key set."""
    _show(run(lambda container: container.rotate_keys()(early=True)))


@app.command(context_settings={"ignore_unknown_options": True})  # a key id may begin with a hyphen
def revoke(
    kid: Annotated[str, typer.Argument(metavar="KEY_ID", help="The key id, from `keys list`.")],
) -> None:
    """Withdraw a key that has leaked. Access tokens that it signed are refused within five seconds."""
    _show(run(lambda container: container.revoke_key()(kid=kid)))


@app.command()
def reseal() -> None:
    """Encrypt every stored secret under the newest secret key, so that the previous one can be removed.

    It may run while the service serves, and again. It prints how many texts it encrypted in each column.
    """
    from rich.table import Table

    columns = run(lambda container: container.reseal_columns()())
    table = Table("column", "resealed", "unreadable")
    for column in columns:
        add_row(table, column.name, column.resealed, column.unreadable)
    show(table)
    if any(column.unreadable for column in columns):
        fail("some texts cannot be decrypted with the configured secret keys: do not remove a secret key")


def _show(key_set: "KeySet") -> None:
    from rich.table import Table

    now = datetime.now(UTC)
    active = key_set.active(now)
    table = Table("number", "key id", "algorithm", "published", "signs from", "state")
    for key in key_set.keys:
        state = "signs" if key is active else "to come" if key.active_from > now else "verifies"
        times = map(format_time, (key.published_at, key.active_from))
        add_row(table, key.sequence, key.kid, key.algorithm, *times, state)
    show(table)

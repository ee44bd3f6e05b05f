"""``fastauth migrate``."""

import typer

from fastauth.entrypoints.cli.runner import run


def migrate() -> None:
    """Migrate the database to the newest schema. Several processes may run this at once."""
    from fastauth.entrypoints.startup import migrate_database

    run(migrate_database)
    typer.echo("fastauth: the database has the newest schema", err=True)

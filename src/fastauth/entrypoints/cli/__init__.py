"""The command ``fastauth``.

Whatever pulls in FastAPI or SQLAlchemy's dialects is imported where it is used, so that
``fastauth --help`` does not wait for it.
"""

import os

import typer

from fastauth.entrypoints.cli import audit, calibrate, doctor, import_users, keys, serve, users

app = typer.Typer(
    help="An authentication service: one process, a database and a JSON API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show local variables, passwords among them
)
app.command()(serve.serve)
app.command()(serve.migrate)
app.command()(serve.health)
app.command()(doctor.doctor)
app.command()(calibrate.calibrate)
app.command(name="import")(import_users.import_users)
app.command()(audit.audit)
app.add_typer(users.app, name="users")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run the command. Files that it creates are its owner's alone, those of the metrics too."""
    os.umask(0o077)
    app()

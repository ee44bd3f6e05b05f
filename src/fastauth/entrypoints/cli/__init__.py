"""The command ``fastauth``.

Modules that import FastAPI or SQLAlchemy's dialects are imported where they are used, so that
``fastauth --help`` starts fast.
"""

import os

import typer

from fastauth.entrypoints.cli import (
    api_keys,
    audit,
    calibrate,
    clients,
    doctor,
    health,
    import_users,
    invitations,
    mail,
    migrate,
    outbox,
    personal_data,
    roles,
    serve,
    signing_keys,
    users,
    webhooks,
)

app = typer.Typer(
    help="An authentication service: one process, a database and a JSON API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # such tracebacks show local variables, including passwords
)
app.command()(serve.serve)
app.command()(migrate.migrate)
app.command()(health.health)
app.command()(doctor.doctor)
app.command()(calibrate.calibrate)
app.command(name="import")(import_users.import_users)
app.command()(audit.audit)
app.add_typer(users.app, name="users")
app.add_typer(signing_keys.app, name="keys")
app.add_typer(outbox.app, name="outbox")
app.add_typer(mail.app, name="mail")
app.add_typer(personal_data.app, name="erasures")
app.add_typer(roles.app, name="roles")
app.add_typer(api_keys.app, name="api-keys")
app.add_typer(invitations.app, name="invitations")
app.add_typer(clients.app, name="clients")
app.add_typer(webhooks.app, name="webhooks")


def main() -> None:
    """Run the command. Only the owner can read the files that it creates, such as those of metrics."""
    os.umask(0o077)
    app()

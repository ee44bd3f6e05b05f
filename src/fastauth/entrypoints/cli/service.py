"""The command ``fastauth``.

Whatever pulls in FastAPI or SQLAlchemy's dialects is imported where it is used, so that
``fastauth --help`` does not wait for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, NoReturn

import typer

from fastauth.entrypoints import logs
from fastauth.entrypoints.settings import Settings, SettingsError

if TYPE_CHECKING:
    from fastauth.entrypoints.container import Container

app = typer.Typer(
    help="An authentication service: one process, a database and a JSON API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show local variables, passwords among them
)


def main() -> None:
    """Run the command."""
    app()


@app.command()
def serve() -> None:
    """Serve the JSON API. A SQLite file, and any database in development, is migrated first."""
    import uvicorn  # noqa: PLC0415

    from fastauth.entrypoints.lifecycle import start_up  # noqa: PLC0415

    settings = _settings()
    if settings.relaxed:
        typer.echo(
            f"fastauth: development mode, with {', '.join(settings.relaxed)};"
            " FASTAUTH_MODE=production is strict",
            err=True,
        )
    _run(start_up, settings)
    uvicorn.run(
        "fastauth.entrypoints.http.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=logs.CONFIG,
        access_log=False,  # the edge writes a line of its own, without what was asked for
        proxy_headers=False,  # a header is no proof of who asks
        server_header=False,
    )


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema. Any number may run this at once."""
    from fastauth.entrypoints.lifecycle import migrate_database  # noqa: PLC0415

    _run(migrate_database, _settings())
    typer.echo("fastauth: the database has the newest schema", err=True)


@app.command()
def health() -> None:
    """Ask the service of these settings whether it is ready; the exit status is the answer."""
    settings = _settings()
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = HTTPConnection(host, settings.port, timeout=3)
    try:
        connection.request("GET", "/health/ready")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        _fail(f"nobody answers ({type(error).__name__})")
    if status != HTTPStatus.OK:
        _fail(f"not ready (status {status})")


def _settings() -> Settings:
    try:
        return Settings.load()
    except SettingsError as error:
        _fail(str(error))


def _run(act: "Callable[[Container], Awaitable[None]]", settings: Settings) -> None:
    """Do `act` with a container of its own; tell what an operator can mend in one line."""
    from fastauth.adapters.sql import MigrationRefused, SchemaBehind  # noqa: PLC0415
    from fastauth.domain.errors import StorageUnavailable  # noqa: PLC0415
    from fastauth.entrypoints.container import Container  # noqa: PLC0415
    from fastauth.entrypoints.lifecycle import shut_down  # noqa: PLC0415

    async def whole() -> None:
        container = Container(settings=settings)
        try:
            await act(container)
        finally:
            await shut_down(container)

    logging.getLogger("fastauth").setLevel(logging.ERROR)  # what matters is told below, in one line
    try:
        asyncio.run(whole())
    except SchemaBehind:
        _fail("the database schema is behind; run: fastauth migrate")
    except StorageUnavailable as away:
        _fail(f"the database does not answer ({', '.join(away.__notes__)}); check FASTAUTH_DATABASE_URL")
    except MigrationRefused as refused:
        _fail(str(refused))


def _fail(line: str) -> NoReturn:
    typer.echo(f"fastauth: {line}", err=True)
    raise typer.Exit(1)

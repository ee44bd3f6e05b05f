"""``fastauth serve``, ``migrate`` and ``health``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from importlib.metadata import version
from tempfile import TemporaryDirectory

import typer

from fastauth.entrypoints.cli.runner import fail, load_settings_or_exit, run, runnable_settings_or_exit
from fastauth.entrypoints.settings import Settings, tls


def serve() -> None:
    """Serve the JSON API. In development the database is migrated first."""
    import structlog

    from fastauth.entrypoints.http.server.uvicorn_version import unsupported_uvicorn

    if error := unsupported_uvicorn(version("uvicorn")):
        fail(error)

    from fastauth.entrypoints.http.server.connections import raise_open_files_limit
    from fastauth.entrypoints.http.server.run import run_server
    from fastauth.entrypoints.observability import logging_config
    from fastauth.entrypoints.production import warnings
    from fastauth.entrypoints.startup import start_up_with_warnings

    settings = load_settings_or_exit()  # start_up reports insecure settings together with the schema
    server_warnings = run(start_up_with_warnings, settings)
    if settings.development_relaxations:
        typer.echo(
            f"fastauth: development mode: {', '.join(settings.development_relaxations)};"
            " set FASTAUTH_MODE=production for strict defaults",
            err=True,
        )
    logging_config.set_up(settings.mode)
    for warning in (*warnings(settings), *server_warnings):
        structlog.get_logger().warning(warning, logger="fastauth.settings")
    raise_open_files_limit()
    with _metrics(settings):
        run_server(settings)


def migrate() -> None:
    """Migrate the database to the newest schema. Several processes may run this at once."""
    from fastauth.entrypoints.startup import migrate_database

    run(migrate_database)
    typer.echo("fastauth: the database has the newest schema", err=True)


def health() -> None:
    """Check that the service with these settings is ready. The exit status is 0 if it is."""
    settings = runnable_settings_or_exit()
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = HTTPConnection(host, settings.port, timeout=3)
    if settings.tls_certificate:
        context = tls.local_client_context(settings.tls_certificate)
        connection = HTTPSConnection(host, settings.port, timeout=3, context=context)
    try:
        connection.request("GET", "/health/ready")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        fail(f"cannot connect to {host}:{settings.port} ({type(error).__name__})")
    if status != HTTPStatus.OK:
        fail(f"not ready (status {status})")


@contextmanager
def _metrics(settings: Settings) -> Iterator[None]:
    """Serve the metrics of all workers to Prometheus, if a port is set. Workers share them through files."""
    if not settings.metrics_port:
        yield
        return
    try:
        files = TemporaryDirectory(prefix="fastauth-metrics-")
    except OSError as error:
        fail(
            "FASTAUTH_METRICS_PORT needs a writable directory for temporary files"
            f" ({type(error).__name__}); mount one at /tmp, with Docker by --tmpfs /tmp, or set TMPDIR"
        )
    with files as directory:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory  # read when prometheus_client is imported
        from fastauth.adapters.prometheus import MetricsExporter

        try:
            serving = MetricsExporter(directory, settings.metrics_host, settings.metrics_port)
        except OSError as error:
            fail(
                "cannot bind the metrics address FASTAUTH_METRICS_HOST, FASTAUTH_METRICS_PORT"
                f" ({type(error).__name__})"
            )
        with serving:
            yield

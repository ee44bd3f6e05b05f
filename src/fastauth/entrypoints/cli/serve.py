"""``fastauth serve``."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

import typer

from fastauth.entrypoints.cli.listen_address import check_listen_address
from fastauth.entrypoints.cli.metrics import serve_metrics
from fastauth.entrypoints.cli.runner import fail, load_settings_or_exit, run


def serve() -> None:
    """Serve the JSON API. In development the database is migrated first."""
    from fastauth.entrypoints.http.server.uvicorn_version import unsupported_uvicorn

    if error := unsupported_uvicorn(version("uvicorn")):
        fail(error)

    settings = load_settings_or_exit()  # start_up reports insecure settings together with the schema
    with _without_garbage_collection():
        import structlog

        from fastauth.entrypoints.http.server.connections import raise_open_files_limit
        from fastauth.entrypoints.http.server.run import run_server
        from fastauth.entrypoints.observability import logging_config
        from fastauth.entrypoints.production import warnings
        from fastauth.entrypoints.startup import start_up_with_warnings

        if settings.workers == 1:  # otherwise each worker imports it
            import fastauth.entrypoints.http.app  # noqa: F401  uvicorn would import it with collections

    server_warnings = run(start_up_with_warnings, settings)
    check_listen_address(settings)
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
    with serve_metrics(settings):
        run_server(settings)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Import without collections, which would take a tenth of a start: what is imported stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # later collections pass over it
        gc.enable()

"""``fastauth health``."""

from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection

from fastauth.entrypoints.cli.runner import fail, runnable_settings_or_exit
from fastauth.entrypoints.settings import tls


def health() -> None:
    """Check that the service with these settings is ready. The exit status is 0 if it is."""
    settings = runnable_settings_or_exit()
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  replaced, not bound
    connection = HTTPConnection(host, settings.port, timeout=3)
    if settings.tls_certificate:
        context = tls.local_client_context(settings.tls_certificate)
        connection = HTTPSConnection(host, settings.port, timeout=3, context=context)
    try:
        with closing(connection):
            connection.request("GET", "/health/ready")
            status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        fail(f"cannot connect to {host}:{settings.port} ({type(error).__name__})")
    if status != HTTPStatus.OK:
        fail(f"not ready (status {status})")

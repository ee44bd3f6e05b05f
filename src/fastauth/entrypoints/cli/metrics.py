"""The metrics endpoint that runs beside ``fastauth serve``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from fastauth.entrypoints.cli.runner import fail
from fastauth.entrypoints.settings import Settings


@contextmanager
def serve_metrics(settings: Settings) -> Iterator[None]:
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

"""Run uvicorn: one server process, or a supervisor with several workers."""

import signal
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from fastauth.entrypoints.http.server.supervisor import Supervisor
from fastauth.entrypoints.observability import logging_config
from fastauth.entrypoints.settings import Settings, tls

WORKER_ANSWER_SECONDS = 30
"""The supervisor kills a worker that does not answer for so long. A worker answers once its interpreter has
imported uvicorn. On a busy machine that takes longer than uvicorn's default of 5 s, and each worker would be
killed while it starts."""


def run_server(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C. The exit status after SIGTERM is 0: it is a regular shutdown."""
    config = server_config(settings)
    server = uvicorn.Server(config)
    signal.signal(signal.SIGTERM, sigterm_handler(server))
    try:
        if settings.workers > 1:
            Supervisor(config, [config.bind_socket()]).run()
        else:
            server.run()
    except KeyboardInterrupt:
        pass


def server_config(settings: Settings) -> uvicorn.Config:
    """Return the configuration of uvicorn."""
    return uvicorn.Config(
        "fastauth.entrypoints.http.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http="fastauth.entrypoints.http.server.protocol:HardenedHttpProtocol",
        ws="none",
        log_config=logging_config.configuration(settings.mode),
        access_log=False,  # RequestLogMiddleware logs requests, without paths and queries
        proxy_headers=False,  # ClientAddressMiddleware reads X-Forwarded-For of trusted proxies only
        server_header=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.shutdown_timeout_seconds,
        timeout_worker_healthcheck=WORKER_ANSWER_SECONDS,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        ssl_ciphers=tls.CIPHERS,
    )


def sigterm_handler(server: uvicorn.Server) -> Callable[[int, FrameType | None], None]:
    """Return the handler of SIGTERM for before uvicorn installs its own, and for after its shutdown.

    Python drops an exception that a handler raises during garbage collection. So the handler also makes the
    server exit as soon as it has started.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True
        sys.exit()

    return end

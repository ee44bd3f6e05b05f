"""The server process, or the one above several, as uvicorn has them."""

import signal
import sys

import uvicorn
from uvicorn.supervisors import Multiprocess

from fastauth.entrypoints import logs, tls
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.stopping import end_at_once


def run_server(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C. After SIGTERM the exit status is 0: ending is what was asked for."""
    config = uvicorn.Config(
        "fastauth.entrypoints.http.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http="fastauth.entrypoints.http.protocol:Protocol",
        ws="none",
        log_config=logs.configuration(settings.mode),
        access_log=False,  # the edge writes a line of its own, without what was asked for
        proxy_headers=False,  # a header is no proof of who asks
        server_header=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.shutdown_timeout_seconds,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        ssl_ciphers=tls.CIPHERS,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # uvicorn sends it once more when it is done
    try:
        if settings.workers > 1:
            _Supervisor(config, [config.bind_socket()]).run()
        else:
            uvicorn.Server(config).run()
    except KeyboardInterrupt:
        pass


class _Supervisor(Multiprocess):
    """Stops its workers, and itself, as a single process stops."""

    def handle_term(self) -> None:
        if self.should_exit.is_set():
            self._end_at_once()
        super().handle_term()

    def join_all(self) -> None:
        for listener in self.sockets:
            listener.close()  # or clients would go on being connected to nobody
        signal.signal(signal.SIGTERM, lambda *_: self._end_at_once())
        super().join_all()

    def _end_at_once(self) -> None:
        for process in self.processes:
            process.kill()
        end_at_once()

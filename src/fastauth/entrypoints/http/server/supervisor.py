"""The supervisor of several uvicorn workers."""

import signal

from uvicorn.supervisors import Multiprocess

from fastauth.entrypoints.shutdown import terminate


class Supervisor(Multiprocess):
    """A supervisor that shuts down like a single server process."""

    def init_processes(self) -> None:
        """Start the workers."""
        super().init_processes()
        self._hear_of_deaths()

    def keep_subprocess_alive(self) -> None:
        """Replace the workers that have died or do not answer."""
        super().keep_subprocess_alive()
        self._hear_of_deaths()

    def _hear_of_deaths(self) -> None:
        """Close the workers' ends of their pipes in this process.

        Otherwise the question to a worker that dies before it answers ends only after
        `WORKER_ANSWER_SECONDS`, and no worker is replaced before that.
        """
        for process in self.processes:
            process.child_conn.close()

    def handle_term(self) -> None:
        """Handle SIGTERM; a second one kills the workers."""
        if self.should_exit.is_set():
            self._terminate_workers()
        super().handle_term()

    def join_all(self) -> None:
        """Wait for the workers to end; SIGTERM meanwhile kills them."""
        for listener in self.sockets:
            listener.close()  # otherwise the kernel would accept connections that no worker serves
        signal.signal(signal.SIGTERM, lambda *_: self._terminate_workers())
        if signal.SIGTERM in self.signal_queue:  # it came while the first one was sent to the workers
            self._terminate_workers()
        super().join_all()

    def _terminate_workers(self) -> None:
        for process in self.processes:
            process.kill()
        terminate()

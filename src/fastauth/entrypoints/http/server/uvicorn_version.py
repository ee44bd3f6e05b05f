"""Which versions of uvicorn the HTTP server runs on.

The classes of this package use and override internals of uvicorn. Another version may not call these
methods any more, and the limits on connections, bytes and time would be lost. The start is refused there.
A unit test compares the names below with the installed version.
"""

import re

SUPPORTED = (0, 54)
"""Major and minor version. pyproject.toml has the same bound."""

INTERNALS = {
    "HttpToolsProtocol": (
        "_unset_keepalive_if_required", "app", "client", "connection_lost", "connection_made", "cycle",
        "expect_100_continue", "flow", "headers", "loop", "on_body", "on_header", "on_headers_complete",
        "on_message_begin", "on_message_complete", "on_response_complete", "parser", "pause_writing",
        "resume_writing", "server_state", "timeout_keep_alive_handler", "transport", "url",
    ),
    "RequestResponseCycle": ("keep_alive", "response_complete", "response_started"),
    "FlowControl": ("pause_reading", "read_paused"),
    "ServerState": ("default_headers",),
    "Multiprocess": ("handle_term", "join_all", "processes", "should_exit", "signal_queue", "sockets"),
}  # fmt: skip
"""Methods and attributes of uvicorn's classes that `fastauth.entrypoints.http.server` uses or overrides."""


def unsupported_uvicorn(installed: str) -> str | None:
    """Return an error of one line if this version of uvicorn is not supported, or ``None``."""
    found = re.match(r"([0-9]+)\.([0-9]+)(?![0-9])", installed)
    if found and (int(found[1]), int(found[2])) == SUPPORTED:
        return None
    major, minor = SUPPORTED
    return (
        f"uvicorn {installed} is not supported, install uvicorn>={major}.{minor},<{major}.{minor + 1}:"
        f" the HTTP server uses internals of {', '.join(INTERNALS)}"
    )

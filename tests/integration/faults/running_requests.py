"""Connections that a shutdown of the service meets."""

import json
import socket

from tests.builders import a_registration
from tests.harness.service import Service


def begin_registration(service: Service) -> tuple[socket.socket, bytes]:
    """Send a registration up to its last byte, so that it is under way for as long as one likes."""
    body = json.dumps(a_registration()).encode()
    line = service.connect()
    line.sendall(
        b"POST /users/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body)
    )
    assert line.recv(65_536).startswith(b"HTTP/1.1 100 ")
    line.sendall(body[:-1])
    return line, body[-1:]


def pings(line: socket.socket) -> bool:
    """Return whether a request was answered: the service has accepted the connection, which is idle now."""
    line.sendall(b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
    received = b""
    while b"pong" not in received and (part := line.recv(65_536)):
        received += part
    return received.startswith(b"HTTP/1.1 200 ")

"""The id of a request, from its header or new."""

import re
import secrets

from starlette.types import Scope

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def new_request_id() -> bytes:
    """Return a new request id: 16 hexadecimal digits."""
    return secrets.token_hex(8).encode()


def request_id_of(scope: Scope) -> bytes:
    """Return the id that the client sent if it is valid, otherwise a new one."""
    sent = [value for name, value in scope["headers"] if name == b"x-request-id"]
    if len(sent) == 1 and _REQUEST_ID.fullmatch(sent[0]):
        return bytes(sent[0])
    return new_request_id()

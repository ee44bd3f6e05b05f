"""The two cookies of the pages: that of the session and that of the device.

The prefix ``__Host-`` makes browsers refuse a cookie of that name without ``Secure``, with a domain, or with
another path: no subdomain and no page without TLS can set it (RFC 6265bis, section 4.1.3.2). Browsers take
``http://localhost`` as secure.
"""

from collections.abc import Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.browser_sessions.cookie import SessionCookie
from fastauth.domain.sessions.device_token import VALID

SESSION, DEVICE = "__Host-fa_session", "__Host-fa_device"


def read_cookie(request: Request, name: str) -> str:
    """Return the value of a cookie; an empty text if there is none, or more than one.

    Python's parser is not used: its time is quadratic in backslashes (CVE-2024-7592). Values of the service
    need no unquoting.
    """
    values = list(_values(request.headers.getlist("cookie"), name))
    return values[0] if len(values) == 1 else ""


def _values(headers: Sequence[str], name: str) -> list[str]:
    pairs = [pair.strip(" \t").partition("=") for header in headers for pair in header.split(";")]
    return [value for key, equals, value in pairs if key == name and equals]


def set_session_cookie(response: Response, cookie: SessionCookie, *, now: datetime) -> None:
    """Give the session to the browser, for as long as it can last."""
    _set(response, SESSION, cookie.text, seconds=int((cookie.expires_at - now).total_seconds()))


def set_device_cookie(response: Response, device_token: str) -> None:
    """Give the device token to the browser."""
    _set(response, DEVICE, device_token, seconds=int(VALID.total_seconds()))


def delete_session_cookie(response: Response) -> None:
    """Take the session from the browser. The device stays known."""
    _set(response, SESSION, "", seconds=0)


def _set(response: Response, name: str, value: str, *, seconds: int) -> None:
    # Lax and not Strict: a link on another site to a page finds the session
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")

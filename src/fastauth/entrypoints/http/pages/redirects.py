"""Redirects between pages."""

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse

from fastauth.entrypoints.container import Container


def redirect(container: Container, path: str) -> RedirectResponse:
    """Lead the browser to a page of this service, by a GET (RFC 9110, section 15.4.4)."""
    base = urlsplit(container.settings().public_url).path
    headers = {"Referrer-Policy": "same-origin"}  # so that a form there sends its Origin
    return RedirectResponse(base + path, HTTPStatus.SEE_OTHER.value, headers)

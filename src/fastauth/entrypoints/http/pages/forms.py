"""Forms that browsers send, and whether a page of this service sent them."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from fastauth.entrypoints.settings import Settings

MAX_FIELDS = 40
"""The form of a webhook has a box for each type of event."""
MAX_DIGITS = 3
_MEDIA_TYPE = "application/x-www-form-urlencoded"


class ForeignForm(Exception):
    """A form was not sent by a page of this service, or by a page of another session."""


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form.

    Raises:
        HTTPException: It is no form, is not UTF-8, or has a field twice (status 400 or 415).
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise HTTPException(415)
    try:
        fields = parse_qsl(
            (await request.body()).decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise HTTPException(400) from None
    form = dict(fields)
    if len(form) != len(fields):
        raise HTTPException(400)
    return form


def small_number(text: str) -> int:
    """Return a number of one to three digits; 0, which no form uses, if it is something else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else 0


def is_same_origin(request: Request, settings: Settings) -> bool:
    """Return whether a page of this service sent a form: the defence against forged requests (CSRF).

    ``Sec-Fetch-Site`` decides where browsers send it, which is with https and on ``localhost``. Otherwise
    ``Origin`` must be that of the pages. A request with neither is refused.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    return request.headers.get("origin") in _own_origins(settings)


def _own_origins(settings: Settings) -> set[str]:
    urls = (settings.public_url, settings.issuer_url)
    return {f"{url.scheme}://{url.netloc}".lower() for url in map(urlsplit, urls)}

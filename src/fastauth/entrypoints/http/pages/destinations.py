"""Where a log-in leads: to a page of this service, and nowhere else."""

import re
from typing import Annotated
from urllib.parse import parse_qsl, quote_plus, urlencode

from fastapi import Depends, Query

HOME = "/account"

_PATHS = re.compile(
    r"/account(?:/[a-z0-9-]{1,40}){0,3}"
    r"|/console(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,42}){0,3}(?:\?[A-Za-z0-9%._~+&=-]{1,600})?"
    r"|/return\?return_to=[A-Za-z0-9%._~+-]{1,600}&code_challenge=[A-Za-z0-9_-]{43}",
    re.ASCII,
)
"""Pages to which a log-in may lead."""

_MAX_SENT = 900
"""Of a page as a parameter of another one, which together with its name stays below `MAX_QUERY_BYTES`."""


def next_path(text: str) -> str:
    """Return `text` if it is the path of such a page, else that of the account.

    The path begins with one slash and a fixed name, so that no browser reads another host or scheme in it.
    """
    return text if _PATHS.fullmatch(text) else HOME


def page_with_query(path: str, query: str) -> str:
    """Return a page of this service with the query of a search, or without one that is too long.

    Empty parameters are left out, and so is ``done``, which is shown once.
    """
    kept = urlencode([(name, text) for name, text in parse_qsl(query) if name != "done"])
    searched = f"{path}?{kept}"
    fits = len(quote_plus(searched)) <= _MAX_SENT
    return searched if kept and fits and _PATHS.fullmatch(searched) else next_path(path)


def with_next(path: str, to: str) -> str:
    """Return the path of a page that leads to `to` afterwards."""
    return path if to == HOME else f"{path}?{urlencode({'next': to})}"


async def _destination(text: Annotated[str, Query(alias="next")] = "") -> str:
    return next_path(text)


DestinationDep = Annotated[str, Depends(_destination)]
"""The page to which the user is redirected after the log-in."""

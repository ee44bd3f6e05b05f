"""Query parameters and path parameters of the admin routes."""

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from starlette.convertors import IntegerConvertor, register_url_convertor

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.role import ROLE_NAME
from fastauth.entrypoints.http.pagination import Repeatable

MAX_ID = 2**63 - 1
"""The largest number that both databases store."""


class _IdConvertor(IntegerConvertor):
    """A number in a path: ``{user_id:id}``. With ``int`` Python refuses to convert a path of 4 301 digits."""

    regex = "[0-9]{1,100}"


register_url_convertor("id", _IdConvertor())

_NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)
_FLAGS = {"true": True, "false": False}


async def _user_id(user_id: int) -> UserId:
    if user_id > MAX_ID:
        raise UserNotFound
    return UserId(user_id)


UserIdDep = Annotated[UserId, Depends(_user_id)]
"""The account of the path. A number that no database stores is no account."""


async def _role(role: str) -> str:
    if not ROLE_NAME.fullmatch(role):
        raise RoleNotFound
    return role


RoleDep = Annotated[str, Depends(_role)]
"""The role of the path. A text that is no role name is answered with 404."""


def single_values(request: Request, **given: Repeatable) -> dict[str, str]:
    """Return the query parameters that are given, each at most once, and no other one.

    Raises:
        InvalidInput: There is another one, or one is repeated.
    """
    found: dict[str, str] = {}
    with ViolationCollector() as collecting:
        with collecting:
            if not request.query_params.keys() <= given.keys():
                raise InvalidInput(
                    Violation("query", "unknown", f"Must have only these parameters: {', '.join(given)}.")
                )
        for name, values in given.items():
            with collecting:
                if values and len(values) > 1:
                    raise InvalidInput(Violation(name, "duplicate", "Must be given once at most."))
                found |= {name: values[0]} if values else {}
    return found


def parse_limit(text: str | None, *, default: int, maximum: int) -> int:
    """Return the number of entries of a page.

    Raises:
        InvalidInput: It is no number from 1 to `maximum`.
    """
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= maximum:
        raise InvalidInput(Violation("limit", "out_of_range", f"Must be a number from 1 to {maximum}."))
    return int(text)


def parse_flag(name: str, text: str | None) -> bool | None:
    """Return a value of ``true`` or ``false``; ``None`` if there is none.

    Raises:
        InvalidInput: It is another text.
    """
    if text is not None and text not in _FLAGS:
        raise InvalidInput(Violation(name, "not_allowed", "Must be true or false."))
    return None if text is None else _FLAGS[text]


def next_link(values: Mapping[str, str], cursor: str) -> str:
    """Return the ``Link`` header of the next page: the same query behind `cursor`."""
    return f'<?{urlencode({**values, "after": cursor})}>; rel="next"'


def query_parameters(**schemas: dict[str, Any]) -> dict[str, Any]:
    """Return optional query parameters for the OpenAPI document."""
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in schemas.items()
        ]
    }

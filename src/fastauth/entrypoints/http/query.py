"""Query parameters: each is given at most once, and unknown ones are refused."""

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import Query, Request

from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector

QueryValues = Annotated[list[str] | None, Query(include_in_schema=False)]
"""All values of a query parameter, in the order sent. `single_value` refuses more than one."""

_FLAGS = {"true": True, "false": False}


def check_names(request: Request, names: Collection[str]) -> None:
    """Return if the query has no other parameters.

    Raises:
        InvalidInput: It has another one.
    """
    if not request.query_params.keys() <= set(names):
        detail = f"Must have only these parameters: {', '.join(names)}."
        raise InvalidInput(Violation("query", "unknown", detail))


def single_value(name: str, values: QueryValues) -> str | None:
    """Return the value of a parameter; ``None`` if it is not given.

    Raises:
        InvalidInput: It is given more than once.
    """
    if values and len(values) > 1:
        raise InvalidInput(Violation(name, "duplicate", "Must be given once at most."))
    return values[0] if values else None


def single_values(request: Request, **given: QueryValues) -> dict[str, str]:
    """Return the parameters that are given, each at most once, and no other one.

    Raises:
        InvalidInput: There is another one, or one is repeated.
    """
    found: dict[str, str] = {}
    with ViolationCollector() as collecting:
        with collecting:
            check_names(request, given)
        for name, values in given.items():
            with collecting:
                if (value := single_value(name, values)) is not None:
                    found[name] = value
    return found


def parse_flag(name: str, text: str | None) -> bool | None:
    """Return a value of ``true`` or ``false``; ``None`` if there is none.

    Raises:
        InvalidInput: It is another text.
    """
    if text is not None and text not in _FLAGS:
        raise InvalidInput(Violation(name, "not_allowed", "Must be true or false."))
    return None if text is None else _FLAGS[text]


def query_parameters(**schemas: dict[str, Any]) -> dict[str, Any]:
    """Return optional query parameters for the OpenAPI document."""
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in schemas.items()
        ]
    }

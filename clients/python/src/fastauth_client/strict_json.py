"""Strict parsing of the JSON objects in tokens."""

import json
from collections.abc import Sequence
from typing import Any, NoReturn


def strict_object(encoded: bytes) -> dict[str, Any]:
    """Return a JSON object that all parsers read alike: UTF-8, unique names, finite numbers.

    Raises:
        ValueError: It is not such an object, or is nested too deeply.
    """
    try:
        value = _DECODER.decode(encoded.decode())
    except RecursionError:
        raise ValueError from None
    if not isinstance(value, dict):
        raise ValueError  # noqa: TRY004  to the caller all of them are malformed
    return value


def _unique(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError
    return found


def _reject(_constant: str) -> NoReturn:
    raise ValueError


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_reject)

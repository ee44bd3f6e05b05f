"""Strict parsing of the JSON objects in tokens."""

import json
from collections.abc import Sequence
from typing import Any


def strict_object(encoded: bytes) -> dict[str, Any]:
    """Return a JSON object that all parsers read alike: UTF-8, unique names, finite numbers.

    Raises:
        TypeError: The value is not an object.
        ValueError: It is not JSON, repeats a name, or has NaN or Infinity.
    """
    value = json.loads(encoded.decode(), object_pairs_hook=_unique, parse_constant=_reject)
    if not isinstance(value, dict):
        raise TypeError
    return value


def _unique(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError
    return found


def _reject(_constant: str) -> None:
    raise ValueError

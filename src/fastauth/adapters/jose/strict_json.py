"""JSON objects of tokens, read strictly."""

import json
from collections.abc import Sequence
from typing import Any


def strict_object(encoded: bytes) -> dict[str, Any]:
    """Return a JSON object that every reader understands alike: UTF-8, no name twice, finite numbers.

    Raises:
        TypeError: It is another value.
        ValueError: It is not JSON, or readers would differ.
    """
    value = json.loads(encoded.decode(), object_pairs_hook=_without_repetition, parse_constant=_refused)
    if not isinstance(value, dict):
        raise TypeError
    return value


def _without_repetition(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError
    return found


def _refused(_constant: str) -> None:
    raise ValueError

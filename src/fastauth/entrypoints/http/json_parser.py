"""A strict parser of JSON (RFC 8259)."""

import json
from typing import Any, NoReturn

from fastauth.entrypoints.http.json_depth import MAX_DEPTH, depth


def loads(body: bytes) -> Any:  # noqa: ANN401  any JSON value
    """Return the JSON value of `body`.

    Raises:
        json.JSONDecodeError: The body is not UTF-8 or not JSON, is nested deeper than `MAX_DEPTH`, or has a
            duplicate name, a lone surrogate, NaN or Infinity.
    """
    if depth(body) > MAX_DEPTH:
        _refuse("it is nested too deep")
    try:
        value = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_constant)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        _refuse("it is not UTF-8")
    except UnicodeEncodeError:
        _refuse("it holds half of a surrogate pair")
    except _Refused as refused:
        _refuse(str(refused))
    except (ValueError, RecursionError):
        _refuse("it does not follow the grammar of JSON")
    return value


class _Refused(ValueError):
    pass


def _refuse(reason: str) -> NoReturn:
    raise json.JSONDecodeError(reason, "", 0) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Refused("a name occurs twice in one object")
    return members


def _constant(_name: str) -> NoReturn:
    raise _Refused("NaN and Infinity are no numbers")

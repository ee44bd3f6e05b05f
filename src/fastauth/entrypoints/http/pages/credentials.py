"""The answer of an authenticator, as the script puts it into a form."""

import json
from typing import Any

from fastauth.entrypoints.http.json_parser import loads


def parse_credential(text: str) -> dict[str, Any]:
    """Return the JSON object in the field ``credential``; for other texts an empty one, which is refused."""
    try:
        value = loads(text.encode())
    except (json.JSONDecodeError, UnicodeEncodeError):
        return {}
    return value if isinstance(value, dict) else {}

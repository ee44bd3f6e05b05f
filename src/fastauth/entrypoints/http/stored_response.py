"""Responses as texts, to be stored and returned again."""

import json

from fastapi import Response


def dump(response: Response) -> str:
    """Return a response as a text."""
    headers = {name: value for name, value in response.headers.items() if name not in {"content-length"}}
    return json.dumps([response.status_code, headers, bytes(response.body).decode()])


def load(text: str) -> Response:
    """Return the response of a text."""
    status, headers, body = json.loads(text)
    return Response(body or None, status_code=status, headers=headers)

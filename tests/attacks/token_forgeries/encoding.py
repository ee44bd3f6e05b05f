"""Compact serialisation of a JWS (RFC 7515), by hand: a library would refuse what is invalid."""

import base64
import json
from collections.abc import Callable
from typing import Any


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def encode_part(content: object) -> str:
    return b64(content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode())


def sign_jws(header: object, payload: object, sign: Callable[[bytes], bytes]) -> str:
    text = f"{encode_part(header)}.{encode_part(payload)}"
    return f"{text}.{b64(sign(text.encode()))}"


def decode_part(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "==")


def with_member_twice(members: dict[str, Any], first: tuple[str, object]) -> bytes:
    return json.dumps(dict([first])).encode()[:-1] + b"," + json.dumps(members).encode()[1:]

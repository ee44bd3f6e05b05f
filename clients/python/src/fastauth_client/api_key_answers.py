"""The form of an API key, and the answer of an introspection about one."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from zlib import crc32

from fastauth_client.caller import Caller
from fastauth_client.strict_json import strict_object

MAX_ANSWER = 65_536
"""Bytes; an answer has 4 096 at most."""

_SHAPE = re.compile(r"fa_key_[0-9A-Za-z]{16}_[0-9A-Za-z_-]{43}[0-9A-Za-z]{6}", re.ASCII)
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_OK = 200


def is_well_formed(key: str) -> bool:
    """Return whether a text has the form and the checksum of an API key."""
    return bool(_SHAPE.fullmatch(key)) and _checksum(key[:-6]) == key[-6:]


def caller_in(status: int, content: bytes) -> Caller | None:
    """Return the owner; `None` if the key cannot be used, or the answer is about another kind of token.

    Raises:
        ValueError: It is no answer of an introspection.
    """
    if status != _OK or len(content) > MAX_ANSWER:
        raise ValueError
    answer = strict_object(content)
    if answer.get("active") is not True or answer.get("token_type") != "api_key":
        if answer.get("active") in {True, False}:
            return None
        raise ValueError
    return _caller(answer)


def _caller(answer: Mapping[str, object]) -> Caller:
    match answer:
        case {
            "sub": str(subject),
            "sid": str(session),
            "client_id": str(client),
            "scope": str(scope),
            "iat": int(issued_at),
            "exp": int(expires_at),
        }:
            permissions = frozenset(scope.split())
            return Caller(
                subject=subject,
                session=session,
                client=client,
                roles=frozenset(),
                permissions=permissions,
                scope=permissions,
                acr="aal1",
                amr=("api_key",),
                authenticated_at=datetime.fromtimestamp(issued_at, UTC),
                expires_at=datetime.fromtimestamp(expires_at, UTC),
                actor=None,
                claims=MappingProxyType(dict(answer)),
            )
    raise ValueError


def _checksum(content: str) -> str:
    """Return the CRC-32 of ASCII text as six digits of base62, the most significant first."""
    value, text = crc32(content.encode()), ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        text = _BASE62[digit] + text
    return text

"""The form of an access token: three parts in base64url, and a header of three members (RFC 9068)."""

import re
from base64 import urlsafe_b64decode
from functools import lru_cache
from typing import NamedTuple

from fastauth_client.errors import InvalidToken
from fastauth_client.strict_json import strict_object

MAX_TOKEN_LENGTH = 4_096
"""Characters. fastauth limits roles and permissions so that its tokens stay below."""

MAX_KID_LENGTH = 128
"""Characters; a thumbprint (RFC 7638) has 43."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Header(NamedTuple):
    """The content of a header. Nothing of it is trusted yet."""

    alg: str
    kid: str


def header_of(token: str) -> Header:
    """Return the header of a token. The signature is not looked at.

    Raises:
        InvalidToken: The token is too long or does not have the form of an access token.
    """
    if len(token) > MAX_TOKEN_LENGTH or not _SHAPE.fullmatch(token):
        raise InvalidToken
    try:
        return _parse_header(token.partition(".")[0])
    except ValueError:
        raise InvalidToken from None


@lru_cache(maxsize=64)  # a service gets one or two of them
def _parse_header(part: str) -> Header:
    members = strict_object(urlsafe_b64decode(part + "=="))
    alg, kid = members.get("alg"), members.get("kid")
    if members.keys() != {"alg", "typ", "kid"} or members["typ"] != "at+jwt":
        raise ValueError
    if not isinstance(alg, str) or not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_LENGTH:
        raise ValueError
    return Header(alg, kid)

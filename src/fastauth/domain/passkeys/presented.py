"""A credential as a client presents it, before anything in it is verified."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from fastauth.domain import base64url
from fastauth.domain.passkeys.passkey import (
    MAX_CREDENTIAL_ID_BYTES,
    MIN_CREDENTIAL_ID_BYTES,
    CredentialId,
    UserHandle,
)

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LENGTHS = [-(-size * 4 // 3) for size in (MIN_CREDENTIAL_ID_BYTES, MAX_CREDENTIAL_ID_BYTES)]

CREDENTIAL_ID = "[A-Za-z0-9_-]{%d,%d}" % tuple(_LENGTHS)  # noqa: UP031  the braces are those of the pattern
"""The regular expression of an id in base64url."""
_CREDENTIAL_ID = re.compile(CREDENTIAL_ID, re.ASCII)


def parse_credential_id(text: object) -> CredentialId | None:
    """Return the id; ``None`` if no credential can have it."""
    if not isinstance(text, str) or not _CREDENTIAL_ID.fullmatch(text):
        return None
    return CredentialId(text)


@dataclass(frozen=True, slots=True)
class PresentedCredential:
    """The JSON of a `PublicKeyCredential`, with the parts by which its passkey is found."""

    id: CredentialId
    user_handle: UserHandle | None
    """The account, as stored by the authenticator; not covered by the signature."""
    json: Mapping[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, json: Mapping[str, Any]) -> Self | None:
        """Return the credential; ``None`` if it has no id that a passkey may have, or a malformed handle."""
        id_, response = parse_credential_id(json.get("id")), json.get("response")
        if id_ is None or not isinstance(response, Mapping):
            return None
        handle = response.get("userHandle")
        if handle is None:
            return cls(id_, None, json)
        decoded = _decode(handle)
        return None if decoded is None else cls(id_, UserHandle(decoded), json)


def _decode(value: object) -> bytes | None:
    if not isinstance(value, str) or not _BASE64URL.fullmatch(value):
        return None
    try:
        return base64url.decode(value)
    except ValueError:
        return None

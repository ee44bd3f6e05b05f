"""A credential as a client presents it, before anything in it is verified."""

import re
from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from fastauth.domain.passkeys.passkey import MAX_CREDENTIAL_ID_BYTES, CredentialId, UserHandle

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_MAX_ID_LENGTH = -(-MAX_CREDENTIAL_ID_BYTES * 4 // 3)


@dataclass(frozen=True, slots=True)
class PresentedCredential:
    """The JSON of a `PublicKeyCredential`, with the parts by which its passkey is found."""

    id: CredentialId
    user_handle: UserHandle | None
    """The account as the authenticator knows it; not covered by the signature."""
    json: Mapping[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, json: Mapping[str, Any]) -> Self | None:
        """Return the credential; ``None`` if it has no id that a passkey may have, or a malformed handle."""
        id_, response = json.get("id"), json.get("response")
        if not isinstance(id_, str) or not isinstance(response, Mapping):
            return None
        if len(id_) > _MAX_ID_LENGTH or not _BASE64URL.fullmatch(id_):
            return None
        handle = response.get("userHandle")
        if handle is None:
            return cls(CredentialId(id_), None, json)
        decoded = _decode(handle)
        return None if decoded is None else cls(CredentialId(id_), UserHandle(decoded), json)


def _decode(value: object) -> bytes | None:
    if not isinstance(value, str) or not _BASE64URL.fullmatch(value):
        return None
    try:
        return urlsafe_b64decode(value + "==")
    except Error:
        return None

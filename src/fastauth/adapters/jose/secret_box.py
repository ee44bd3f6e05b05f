"""Encrypts stored secrets."""

import json

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from fastauth.domain import base64url
from fastauth.domain.secret_box import SealedTextUnreadable
from fastauth.domain.secret_key import SecretKey

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_ALGORITHMS = list(_HEADER.values())


class JoseSecretBox:
    """See `fastauth.domain.secret_box.SecretBox`.

    A text is stored as a JWE (RFC 7516), encrypted with AES-256-GCM. The encryption key is derived for the
    purpose from the first of ``secret_keys``. The JWE has the id of that secret key, so that only this key
    is tried.
    """

    def __init__(self, *secret_keys: SecretKey) -> None:
        self._newest = secret_keys[0].id
        self._secret_keys = {key.id: key for key in secret_keys}
        self._derived: dict[tuple[str, str], OctKey] = {}

    def seal(self, text: str, *, purpose: str) -> str:
        """Encrypt under the newest secret key, with a random nonce."""
        key = self._encryption_key(self._newest, purpose)
        return jwe.encrypt_compact({**_HEADER, "kid": self._newest}, text, key, algorithms=_ALGORITHMS)

    def open(self, sealed: str, *, purpose: str) -> str:
        """Decrypt under the secret key that the header names."""
        key = self._encryption_key(_secret_key_id(sealed), purpose)
        try:
            opened = jwe.decrypt_compact(sealed, key, algorithms=_ALGORITHMS)
            return (opened.plaintext or b"").decode()
        except (JoseError, ValueError):
            raise SealedTextUnreadable from None

    def needs_resealing(self, sealed: str) -> bool:
        """Compare the id in the header; a text without one needs it, too."""
        try:
            return _secret_key_id(sealed) != self._newest
        except SealedTextUnreadable:
            return True

    def _encryption_key(self, secret_key_id: str, purpose: str) -> OctKey:
        key = self._derived.get((secret_key_id, purpose))
        if key is None:
            secret_key = self._secret_keys.get(secret_key_id)
            if secret_key is None:
                raise SealedTextUnreadable
            key = OctKey.import_key(secret_key.derive(f"{purpose} seal"))
            self._derived[secret_key_id, purpose] = key
        return key


def _secret_key_id(sealed: str) -> str:
    """Return the ``kid`` of the header, which must have nothing but what `seal` writes."""
    try:
        header = json.loads(base64url.decode(sealed.partition(".")[0]))
        key_id = str(header.pop("kid"))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise SealedTextUnreadable from None
    if header != _HEADER:
        raise SealedTextUnreadable
    return key_id

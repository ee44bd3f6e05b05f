"""Encrypts stored secrets under the secret key."""

import json
from base64 import urlsafe_b64decode

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from fastauth.domain.secret_box import SealedTextUnreadable
from fastauth.domain.secret_key import SecretKey

_ALGORITHMS = ["dir", "A256GCM"]


class JoseSecretBox:
    """See `fastauth.domain.secret_box.SecretBox`.

    A sealed text is a JWE (RFC 7516), encrypted with AES-256-GCM. The encryption key is derived from the
    first of ``secret_keys`` for the purpose. The JWE has the id of the secret key, so that only this key is
    tried.
    """

    def __init__(self, *secret_keys: SecretKey) -> None:
        self._newest = secret_keys[0]
        self._secret_keys = {key.id: key for key in secret_keys}

    def seal(self, text: str, *, purpose: str) -> str:
        """Encrypt under the newest secret key."""
        header = {"alg": "dir", "enc": "A256GCM", "kid": self._newest.id}
        return jwe.encrypt_compact(header, text, _key(self._newest, purpose), algorithms=_ALGORITHMS)

    def open(self, sealed: str, *, purpose: str) -> str:
        """Decrypt under the secret key whose id the text has."""
        secret_key = self._secret_keys.get(_key_id(sealed))
        if secret_key is None:
            raise SealedTextUnreadable
        try:
            opened = jwe.decrypt_compact(sealed, _key(secret_key, purpose), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            raise SealedTextUnreadable from None
        return (opened.plaintext or b"").decode()

    def needs_resealing(self, sealed: str) -> bool:
        """Compare the id of its secret key with that of the newest."""
        try:
            return _key_id(sealed) != self._newest.id
        except SealedTextUnreadable:
            return True


def _key(secret_key: SecretKey, purpose: str) -> OctKey:
    return OctKey.import_key(secret_key.derive(f"{purpose} seal"))


def _key_id(sealed: str) -> str:
    header = sealed.partition(".")[0]
    try:
        return str(json.loads(urlsafe_b64decode(header + "=="))["kid"])
    except (ValueError, TypeError, LookupError):
        raise SealedTextUnreadable from None

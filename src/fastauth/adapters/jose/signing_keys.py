"""Generates signing keys, and encrypts private keys for the database."""

import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import datetime

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey

from fastauth.domain.secret_key import SecretKey
from fastauth.domain.signing_keys.errors import KeyUnwrapFailed
from fastauth.domain.signing_keys.signing_key import SigningKey

ES256, ED25519 = "ES256", "Ed25519"
_WRAP_ALGORITHMS = ["dir", "A256GCM"]


class JoseSigningKeyGenerator:
    """See `fastauth.domain.signing_keys.ports.SigningKeyGenerator`.

    A private key is stored as a JWE (RFC 7516), encrypted with AES-256-GCM. The encryption key is derived
    from the first of ``secret_keys``. The JWE has its id, so that only this key is tried.
    """

    def __init__(self, *, algorithm: str, secret_keys: tuple[SecretKey, ...]) -> None:
        self._algorithm = algorithm
        self._newest = secret_keys[0]
        self._wrapping_keys = {
            key.id: OctKey.import_key(key.derive("signing key seal")) for key in secret_keys
        }

    def generate(self, *, sequence: int, published_at: datetime, active_from: datetime) -> SigningKey:
        """Generate a key for the configured algorithm."""
        key = ECKey.generate_key("P-256") if self._algorithm == ES256 else OKPKey.generate_key("Ed25519")
        kid = key.thumbprint()
        public = {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": self._algorithm}
        return SigningKey(
            sequence=sequence,
            kid=kid,
            algorithm=self._algorithm,
            public_jwk=json.dumps(public, sort_keys=True),
            encrypted_private_key=self._wrap(json.dumps(key.as_dict(private=True))),
            published_at=published_at,
            active_from=active_from,
        )

    def check(self, key: SigningKey) -> None:
        """Decrypt the private key, and discard it."""
        self.private_key(key)

    def rewrap(self, key: SigningKey) -> SigningKey:
        """Encrypt the private key again if it is encrypted under another secret key."""
        if self._wrapping_key_id(key) == self._newest.id:
            return key
        return replace(key, encrypted_private_key=self._wrap(self._unwrap(key)))

    def private_key(self, key: SigningKey) -> ECKey | OKPKey:
        """Return the decrypted private key.

        Raises:
            KeyUnwrapFailed: Its secret key is not configured, or the ciphertext is damaged.
        """
        parameters = json.loads(self._unwrap(key))
        return (ECKey if parameters["kty"] == "EC" else OKPKey).import_key(parameters)

    def _wrap(self, text: str) -> str:
        header = {"alg": "dir", "enc": "A256GCM", "kid": self._newest.id}
        return jwe.encrypt_compact(
            header, text, self._wrapping_keys[self._newest.id], algorithms=_WRAP_ALGORITHMS
        )

    def _unwrap(self, key: SigningKey) -> str:
        secret = self._wrapping_keys.get(self._wrapping_key_id(key))
        if secret is None:
            raise KeyUnwrapFailed
        try:
            unwrapped = jwe.decrypt_compact(key.encrypted_private_key, secret, algorithms=_WRAP_ALGORITHMS)
        except (JoseError, ValueError):
            raise KeyUnwrapFailed from None
        return (unwrapped.plaintext or b"").decode()

    @staticmethod
    def _wrapping_key_id(key: SigningKey) -> str:
        header = key.encrypted_private_key.partition(".")[0]
        try:
            return str(json.loads(urlsafe_b64decode(header + "=="))["kid"])
        except (ValueError, TypeError, LookupError):
            raise KeyUnwrapFailed from None

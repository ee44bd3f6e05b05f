"""Generates signing keys, and encrypts private keys for the database."""

import json
from dataclasses import replace
from datetime import datetime

from joserfc.jwk import ECKey, OKPKey

from fastauth.domain.secret_box import SealedTextUnreadable, SecretBox
from fastauth.domain.signing_keys.errors import KeyUnwrapFailed
from fastauth.domain.signing_keys.signing_key import SEAL_PURPOSE, SigningKey

ES256, ED25519 = "ES256", "Ed25519"


class JoseSigningKeyGenerator:
    """See `fastauth.domain.signing_keys.ports.SigningKeyGenerator`."""

    def __init__(self, *, algorithm: str, secret_box: SecretBox) -> None:
        self._algorithm = algorithm
        self._secret_box = secret_box

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
            encrypted_private_key=self._seal(json.dumps(key.as_dict(private=True))),
            published_at=published_at,
            active_from=active_from,
        )

    def check(self, key: SigningKey) -> None:
        """Decrypt the private key, and discard it."""
        self.private_key(key)

    def rewrap(self, key: SigningKey) -> SigningKey:
        """Encrypt the private key again if it is encrypted under another secret key."""
        if not self._secret_box.needs_resealing(key.encrypted_private_key):
            return key
        return replace(key, encrypted_private_key=self._seal(self._open(key)))

    def private_key(self, key: SigningKey) -> ECKey | OKPKey:
        """Return the decrypted private key.

        Raises:
            KeyUnwrapFailed: Its secret key is not configured, or the ciphertext is damaged.
        """
        parameters = json.loads(self._open(key))
        return (ECKey if parameters["kty"] == "EC" else OKPKey).import_key(parameters)

    def _seal(self, text: str) -> str:
        return self._secret_box.seal(text, purpose=SEAL_PURPOSE)

    def _open(self, key: SigningKey) -> str:
        try:
            return self._secret_box.open(key.encrypted_private_key, purpose=SEAL_PURPOSE)
        except SealedTextUnreadable:
            raise KeyUnwrapFailed from None

"""Makes signing keys, and seals their private parts for the database."""

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
_SEALED_BY = ["dir", "A256GCM"]


class JoseSigningKeyGenerator:
    """See `fastauth.domain.signing_keys.ports.SigningKeyGenerator`.

    A private key is sealed as a JWE (RFC 7516) with AES-256-GCM under a key derived from the first
    of ``secret_keys``; it names the secret that opens it, so that the others are tried for nothing.
    """

    def __init__(self, *, algorithm: str, secret_keys: tuple[SecretKey, ...]) -> None:
        self._algorithm = algorithm
        self._newest = secret_keys[0]
        self._sealing = {key.id: OctKey.import_key(key.derive("signing key seal")) for key in secret_keys}

    def generate(self, *, sequence: int, published_at: datetime, active_from: datetime) -> SigningKey:
        """Make a key for the algorithm in use."""
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
        """Decrypt the private key, and forget it."""
        self.private_key(key)

    def rewrap(self, key: SigningKey) -> SigningKey:
        """Seal again what was sealed under another secret."""
        if self._sealed_under(key) == self._newest.id:
            return key
        return replace(key, encrypted_private_key=self._seal(self._opened(key)))

    def private_key(self, key: SigningKey) -> ECKey | OKPKey:
        """Return the key that signs.

        Raises:
            KeyUnwrapFailed: It is sealed under a secret that is not at hand, or is damaged.
        """
        parameters = json.loads(self._opened(key))
        return (ECKey if parameters["kty"] == "EC" else OKPKey).import_key(parameters)

    def _seal(self, text: str) -> str:
        header = {"alg": "dir", "enc": "A256GCM", "kid": self._newest.id}
        return jwe.encrypt_compact(header, text, self._sealing[self._newest.id], algorithms=_SEALED_BY)

    def _opened(self, key: SigningKey) -> str:
        secret = self._sealing.get(self._sealed_under(key))
        if secret is None:
            raise KeyUnwrapFailed
        try:
            sealed = jwe.decrypt_compact(key.encrypted_private_key, secret, algorithms=_SEALED_BY)
        except (JoseError, ValueError):
            raise KeyUnwrapFailed from None
        return (sealed.plaintext or b"").decode()

    @staticmethod
    def _sealed_under(key: SigningKey) -> str:
        header = key.encrypted_private_key.partition(".")[0]
        try:
            return str(json.loads(urlsafe_b64decode(header + "=="))["kid"])
        except (ValueError, TypeError, LookupError):
            raise KeyUnwrapFailed from None

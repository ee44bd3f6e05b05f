"""What a forger has, and the ways to sign a token with it."""

import hmac
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding
from tests.attacks.token_forgeries.encoding import encode_part, sign_jws
from tests.attacks.token_forgeries.keys import PrivateKey, sign_es256, stranger_key, stranger_rsa_key

MISSING = object()
"""The value of a member that is left out."""


@dataclass(frozen=True, kw_only=True)
class Forger:
    """All public data of the service, tokens of some users, and the signing key."""

    key: PrivateKey = field(repr=False)
    jwk: dict[str, str]
    """The public key, as published."""
    access_token: str
    claims: dict[str, Any]
    """The claims of `access_token`."""
    refresh_token: str
    other_claims: dict[str, Any]
    """The claims of a token of another user."""
    ended_claims: dict[str, Any]
    """The claims of a token whose session has ended."""
    listener: str
    """A URL of the test; a request to it means that the service followed a URL in a token."""

    @property
    def kid(self) -> str:
        return self.jwk["kid"]

    @property
    def alg(self) -> str:
        return self.jwk["alg"]

    def header(self, **changes: object) -> dict[str, Any]:
        return _changed({"alg": self.alg, "typ": "at+jwt", "kid": self.kid}, changes)

    def payload(self, **changes: object) -> dict[str, Any]:
        return _changed(self.claims, changes)

    def signed(self, header: object = None, payload: object = None) -> str:
        """Sign with the key of the service."""
        return sign_jws(self._or_header(header), self._or_payload(payload), self.sign)

    def signed_by_stranger(self, **changes: object) -> str:
        """Sign with a key of the forger's."""
        header = self.header(**{"alg": "ES256", **changes})
        return sign_jws(header, self.claims, lambda text: sign_es256(stranger_key(), text))

    def signed_by_stranger_rsa(self, alg: str, **changes: object) -> str:
        def sign(text: bytes) -> bytes:
            scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if alg == "PS256" else padding.PKCS1v15()
            return stranger_rsa_key().sign(text, scheme, hashes.SHA256())

        return sign_jws(self.header(alg=alg, **changes), self.claims, sign)

    def with_hmac(self, alg: str, secret: bytes, **changes: object) -> str:
        digest = f"sha{alg[2:]}"
        header = self.header(alg=alg, **changes)
        return sign_jws(header, self.claims, lambda text: hmac.digest(secret, text, digest))

    def unsigned(self, signature: str = "", **changes: object) -> str:
        return f"{encode_part(self.header(**changes))}.{encode_part(self.claims)}.{signature}"

    def parts(self) -> list[str]:
        return self.access_token.split(".")

    def _or_header(self, header: object) -> object:
        return self.header() if header is None else header

    def _or_payload(self, payload: object) -> object:
        return self.claims if payload is None else payload

    def sign(self, text: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(text)
        return sign_es256(self.key, text)


def _changed(members: dict[str, Any], changes: dict[str, object]) -> dict[str, Any]:
    return {name: value for name, value in (members | changes).items() if value is not MISSING}

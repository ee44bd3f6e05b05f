"""An issuer in the process of the test, with real keys and without a network."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from fastauth_client.revoked_tokens import Kind, Revocation, RevokedTokens
from fastauth_client.testing.signing import by_es256, public_jwk, signed
from fastauth_client.verifier import Verifier

LIFE = 300
"""Seconds for which a token is valid, as of a fastauth with default settings."""


class TestIssuer:
    """Issues access tokens as fastauth does."""

    __test__ = False  # pytest would collect it

    def __init__(
        self, issuer: str = "https://auth.example.com", audience: str = "https://api.example.com"
    ) -> None:
        self.issuer = issuer
        self.audience = audience
        self._revoked: list[RevokedTokens] = []
        self.rotate()

    def rotate(self) -> None:
        """Replace the key. Tokens signed with the previous one become invalid."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.kid = token_hex(16)

    @property
    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The JWK Set."""
        return {"keys": [public_jwk(self.key) | {"kid": self.kid, "alg": "ES256", "use": "sig"}]}

    def verifier(self) -> Verifier:
        """Return a verifier for the tokens of this issuer. It fetches nothing."""
        return Verifier.offline(self.jwks, issuer=self.issuer, audience=self.audience)

    @contextmanager
    def trusted_by(self, verifier: Verifier) -> Iterator[None]:
        """Let a verifier of a service trust this issuer during the block.

        Tokens then have the first audience of the verifier, and its issuer.
        """
        before = self.issuer, self.audience
        self.issuer, self.audience = verifier.issuer, verifier.audiences[0]
        try:
            with verifier.trusting(self.jwks) as revoked:
                self._revoked.append(revoked)
                yield
                self._revoked.remove(revoked)
        finally:
            self.issuer, self.audience = before

    def revoke(self, kind: Kind, value: str) -> None:
        """Revoke a session (`sid`), a user (`sub`), a token (`jti`), a client or a key (`kid`).

        Every verifier that trusts this issuer through `trusted_by` has the revocation at once.
        """
        now = time.time()
        for revoked in self._revoked:
            revoked.add([Revocation(kind, value, at=now, until=now + LIFE + 60)])

    def claims(
        self,
        subject: str = "1",
        *,
        roles: Sequence[str] = (),
        permissions: Sequence[str] = (),
        acr: str = "aal1",
        expires_in: float = LIFE,
        **others: object,
    ) -> dict[str, Any]:
        """Return the claims of a token. `others` are further claims, or replace those that are there."""
        now = int(time.time())
        session, token = token_hex(16), token_hex(16)
        return {
            "iss": self.issuer, "aud": self.audience, "client_id": "fastauth", "sub": subject,
            "sid": session, "jti": token, "iat": now, "exp": now + int(expires_in),
            "auth_time": now, "amr": ["pwd"], "acr": acr,
            "roles": sorted(roles), "permissions": sorted(permissions),
        } | others  # fmt: skip

    def header(self, **changes: object) -> dict[str, object]:
        """Return the header of a token, with changes."""
        return {"alg": "ES256", "typ": "at+jwt", "kid": self.kid} | changes

    def sign(self, claims: object, header: object = None) -> str:
        """Return a token with any claims and any header, signed with the key of this issuer."""
        return signed(self.header() if header is None else header, claims, by_es256(self.key))

    def token(
        self,
        subject: str = "1",
        *,
        roles: Sequence[str] = (),
        permissions: Sequence[str] = (),
        acr: str = "aal1",
        expires_in: float = LIFE,
        **others: object,
    ) -> str:
        """Return a valid token."""
        return self.sign(
            self.claims(
                subject, roles=roles, permissions=permissions, acr=acr, expires_in=expires_in, **others
            )
        )

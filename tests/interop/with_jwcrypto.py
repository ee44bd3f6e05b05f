"""Verify access tokens with jwcrypto."""

import json
import time
from typing import Any

from jwcrypto.common import JWException
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT
from tests.interop.published_keys import InvalidToken, PublishedKeys, is_well_formed


class Verifier:
    """Verifies by jwcrypto."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._keys = PublishedKeys(issuer)
        self._expected = {"iss": issuer, "aud": audience} | dict.fromkeys(["sub", "exp", "iat", "jti", "sid"])

    def __call__(self, token: str) -> dict[str, Any]:
        """Return the claims of a token, or raise `InvalidToken`."""
        if not is_well_formed(token):
            raise InvalidToken
        verified = JWT(
            algs=["ES256", "Ed25519"],
            check_claims=self._expected,
            expected_type="JWS",
            strict_serialization=True,
        )
        verified.leeway = 30
        try:
            verified.deserialize(token, JWKSet.from_json(json.dumps(self._keys())))
            claims: dict[str, Any] = json.loads(verified.claims)
            header = json.loads(verified.header)
            begins = float(claims.get("nbf", 0))
        except (JWException, ValueError, TypeError, OverflowError):
            raise InvalidToken from None
        if header.get("typ") != "at+jwt" or begins > time.time() + 30:
            raise InvalidToken
        return claims

"""Verify access tokens with joserfc."""

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from tests.interop.published_keys import InvalidToken, PublishedKeys, is_well_formed


class Verifier:
    """Verifies by joserfc."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._keys = PublishedKeys(issuer)
        self._claims = jwt.JWTClaimsRegistry(
            leeway=30,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            jti={"essential": True},
            sid={"essential": True},
        )

    def __call__(self, token: str) -> dict[str, Any]:
        """Return the claims of a token, or raise `InvalidToken`."""
        if not is_well_formed(token):
            raise InvalidToken
        try:
            keys = KeySet.import_key_set({"keys": self._keys()["keys"]})
            verified = jwt.decode(token, keys, algorithms=["ES256", "Ed25519"])
            self._claims.validate(verified.claims)
        except (JoseError, ValueError, TypeError):
            raise InvalidToken from None
        if verified.header.get("typ") != "at+jwt":
            raise InvalidToken
        return verified.claims

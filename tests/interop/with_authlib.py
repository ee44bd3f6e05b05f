"""Verify access tokens with Authlib's implementation of RFC 9068."""

from typing import Any

from authlib.oauth2.rfc6750 import InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from tests.interop.published_keys import InvalidToken, PublishedKeys, is_well_formed


class Validator(JWTBearerTokenValidator):  # type: ignore[misc]  # Authlib has no types
    """What Authlib's `ResourceProtector` takes."""

    def __init__(self, issuer: str, audience: str) -> None:
        super().__init__(issuer, audience)
        self._keys = PublishedKeys(issuer)

    def get_jwks(self) -> KeySet:
        """Return the keys, in the type that Authlib requires."""
        return KeySet.import_key_set({"keys": self._keys()["keys"]})


class Verifier:
    """Verifies by Authlib."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._validator = Validator(issuer, audience)

    def __call__(self, token: str) -> dict[str, Any]:
        """Return the claims of a token, or raise `InvalidToken`."""
        if not is_well_formed(token):
            raise InvalidToken
        try:
            claims = self._validator.authenticate_token(token)
            self._validator.validate_token(claims, [], None)
        except (InvalidTokenError, JoseError, ValueError, TypeError):
            raise InvalidToken from None
        if claims.header.get("typ") != "at+jwt":
            raise InvalidToken
        return dict(claims)

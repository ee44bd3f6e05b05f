"""Verify access tokens with PyJWT."""

from typing import Any

import jwt
from tests.interop.published_keys import InvalidToken, PublishedKeys, is_well_formed


class Verifier:
    """Verifies by PyJWT."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = PublishedKeys(issuer)

    def __call__(self, token: str) -> dict[str, Any]:
        """Return the claims of a token, or raise `InvalidToken`."""
        if not is_well_formed(token):
            raise InvalidToken
        try:
            kid = jwt.get_unverified_header(token)["kid"]
            verified = jwt.decode_complete(
                token,
                jwt.PyJWKSet.from_dict(self._keys())[kid],
                algorithms=["ES256"],
                issuer=self._issuer,
                audience=self._audience,
                leeway=30,
                options={"require": ["iss", "aud", "sub", "exp", "iat", "jti", "sid"]},
            )
        except (jwt.PyJWTError, KeyError):
            raise InvalidToken from None
        if verified["header"].get("typ") != "at+jwt":
            raise InvalidToken
        claims: dict[str, Any] = verified["payload"]
        return claims

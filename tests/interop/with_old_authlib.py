"""Verify access tokens with ``authlib.jose``, which is on its way out but much used."""

import math
import warnings
from typing import Any

from authlib.deprecate import AuthlibDeprecationWarning
from tests.interop.published_keys import InvalidToken, PublishedKeys, is_well_formed

with warnings.catch_warnings():
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.jose import JsonWebKey, JsonWebToken
    from authlib.jose.errors import JoseError


class Verifier:
    """Verifies by ``authlib.jose``."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._jwt = JsonWebToken(["ES256"])
        self._keys = PublishedKeys(issuer)
        self._expected = {"iss": {"essential": True, "value": issuer}} | {
            "aud": {"essential": True, "value": audience},
            **{name: {"essential": True} for name in ("sub", "exp", "iat", "jti", "sid")},
        }

    def __call__(self, token: str) -> dict[str, Any]:
        """Return the claims of a token, or raise `InvalidToken`."""
        if not is_well_formed(token):
            raise InvalidToken
        try:
            keys = JsonWebKey.import_key_set(self._keys())
            claims = self._jwt.decode(token, keys, claims_options=self._expected)
            claims.validate(leeway=30)
        except (JoseError, ValueError, TypeError):
            raise InvalidToken from None
        if claims.header.get("typ") != "at+jwt" or not math.isfinite(claims["exp"]):
            raise InvalidToken
        return dict(claims)

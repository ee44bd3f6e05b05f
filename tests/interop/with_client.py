"""Verify access tokens with fastauth-client."""

from typing import Any

from tests.interop.published_keys import InvalidToken

import fastauth_client


class Verifier:
    """Verifies by fastauth-client. `close` ends its thread."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._verifier = fastauth_client.Verifier(issuer, audience=audience, leeway=30)
        self.close = self._verifier.close

    def __call__(self, token: str) -> dict[str, Any]:
        """Return the claims of a token, or raise `InvalidToken`."""
        try:
            return dict(self._verifier.verify_sync(token).claims)
        except fastauth_client.InvalidToken:
            raise InvalidToken from None

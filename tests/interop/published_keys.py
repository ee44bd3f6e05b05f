"""What every verifier needs: the published keys, and a check of the form of a token before it is decoded."""

import json
import re
import time
from typing import Any
from urllib.request import urlopen

MAX_TOKEN_LENGTH = 4_096


class InvalidToken(Exception):
    """The token must not be accepted."""


def is_well_formed(text: str) -> bool:
    """Return whether a text has the alphabet, the size and the three parts of an access token."""
    return len(text) <= MAX_TOKEN_LENGTH and bool(re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", text, re.ASCII))


class PublishedKeys:
    """The keys of an issuer, fetched again when ``Cache-Control: max-age`` has passed."""

    def __init__(self, issuer: str) -> None:
        self._url = f"{issuer}/.well-known/jwks.json"
        self._fresh_until = 0.0
        self._keys: dict[str, Any] = {}

    def __call__(self) -> dict[str, Any]:
        """Return the JWK Set."""
        now = time.monotonic()
        if now >= self._fresh_until:
            with urlopen(self._url, timeout=5) as answer:
                self._keys = json.load(answer)
                max_age = re.search(r"max-age=(\d+)", answer.headers["Cache-Control"])
            self._fresh_until = now + int(max_age[1] if max_age else 0)
        return self._keys

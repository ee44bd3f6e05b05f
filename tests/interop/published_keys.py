"""What every verifier needs: the published keys, and a look at a token before it is decoded."""

import json
import re
import time
from typing import Any
from urllib.request import urlopen

LONGEST = 4_096


class InvalidToken(Exception):
    """The token is not to be trusted."""


def looks_like_a_token(text: str) -> bool:
    """Say whether a text has the alphabet, the size and the three parts of an access token."""
    return len(text) <= LONGEST and bool(re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", text, re.ASCII))


class PublishedKeys:
    """The keys of an issuer, asked for again when the answer to the last question has become old."""

    def __init__(self, issuer: str) -> None:
        self._url = f"{issuer}/.well-known/jwks.json"
        self._good_until = 0.0
        self._keys: dict[str, Any] = {}

    def __call__(self) -> dict[str, Any]:
        """Return the JWK Set."""
        now = time.monotonic()
        if now >= self._good_until:
            with urlopen(self._url, timeout=5) as answer:
                self._keys = json.load(answer)
                max_age = re.search(r"max-age=(\d+)", answer.headers["Cache-Control"])
            self._good_until = now + int(max_age[1] if max_age else 0)
        return self._keys

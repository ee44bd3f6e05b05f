"""The challenge that binds a login code to the front end that requested it (PKCE, RFC 7636)."""

import re
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from fastauth.domain import base64url
from fastauth.domain.errors import InvalidInput, Violation

METHOD = "S256"
"""The one method that is accepted. ``plain`` would show the verifier in a URL."""

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
"""RFC 7636, section 4.1."""
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
"""32 bytes in base64url without padding (RFC 7636, section 4.2)."""


@dataclass(frozen=True, slots=True)
class CodeChallenge:
    """The SHA-256 of a verifier that the front end keeps."""

    text: str

    @classmethod
    def parse(cls, text: str, *, method: str = METHOD) -> "CodeChallenge":
        """Return the challenge.

        Raises:
            InvalidInput: It has another method, or does not have the form of a SHA-256 in base64url.
        """
        if method != METHOD:
            raise InvalidInput(Violation("code_challenge_method", "not_allowed", f"Must be {METHOD}."))
        if not _CHALLENGE.fullmatch(text):
            detail = "Must be the SHA-256 of the verifier in base64url, which has 43 characters."
            raise InvalidInput(Violation("code_challenge", "not_allowed", detail))
        return cls(text)

    def is_of(self, verifier: str) -> bool:
        """Return whether this is the challenge of `verifier`."""
        if not _VERIFIER.fullmatch(verifier):
            return False
        digest = base64url.encode(sha256(verifier.encode()).digest())
        return compare_digest(digest, self.text)

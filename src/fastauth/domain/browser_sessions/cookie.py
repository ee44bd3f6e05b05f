"""The value of the session cookie, its stored digest, and the token in each form.

The value is 43 base64url characters, which are 32 random bytes. Stored is its HMAC-SHA-256 under a key that
is derived from the secret key. A CSRF token is a random text and its HMAC with the session's id under another
such key: it needs no column, and forms in other tabs stay valid when the cookie gets a new value.
By the random text the service recognises a form that is sent twice.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from secrets import token_urlsafe
from typing import NewType

from fastauth.domain import base64url
from fastauth.domain.secret_key import SecretKey, SecretKeys
from fastauth.domain.sessions.session import SessionId

CookieDigest = NewType("CookieDigest", bytes)

_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """The value that a browser keeps. It is never stored here."""

    text: str = field(repr=False)
    expires_at: datetime
    """The absolute timeout of the session."""


class SessionCookieCodec:
    """Issue cookie values and CSRF tokens, and compute the digests of values."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def issue(self) -> str:
        """Return a new value."""
        return token_urlsafe(32)

    def digests(self, text: str) -> tuple[CookieDigest, ...]:
        """Return the digest under each secret key, the newest first; none if `text` is no value."""
        if not _SHAPE.fullmatch(text):
            return ()
        macs = self._keys.macs("browser session digest", text.encode())
        return tuple(CookieDigest(mac) for mac in macs)

    def csrf_token(self, session_id: SessionId) -> str:
        """Return a token for the forms of one page of this session. It may serve as an idempotency key."""
        return self._csrf_tokens(token_urlsafe(12), session_id)[0]

    def is_csrf_token(self, text: str, session_id: SessionId) -> bool:
        """Return whether a form of this session contained `text`, under any of the secret keys."""
        tokens = self._csrf_tokens(text.partition(".")[0], session_id)
        return any(compare_digest(text.encode(), token.encode()) for token in tokens)

    def _csrf_tokens(self, random: str, session_id: SessionId) -> tuple[str, ...]:
        macs = self._keys.macs("browser session csrf", f"{session_id}.{random}".encode())
        return tuple(f"{random}.{base64url.encode(mac)}" for mac in macs)

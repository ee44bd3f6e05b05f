"""Refresh tokens: their format, how a token's successor is derived, and the digests that are stored.

A token is ``fa_rt_`` and 64 bytes in base64url::

    secret, 32 bytes │ session id, 16 bytes │ MAC, 16 bytes

The secret of a session's first token is random. The secret of each successor is derived from the
token before it, under a key derived from the secret key. So a token that is presented twice yields
the same successor, although only digests are stored. The MAC distinguishes a token that was issued
here from an invented one: only the former is evidence of theft when it is presented again.
"""

import re
from dataclasses import dataclass, field
from hmac import compare_digest
from secrets import token_bytes
from typing import NewType

from fastauth.domain import base64url
from fastauth.domain.secret_key import SecretKey, SecretKeys
from fastauth.domain.sessions.errors import InvalidRefreshToken

TokenDigest = NewType("TokenDigest", bytes)

PREFIX = "fa_rt_"
"""Lets secret scanners recognise a token that was published by mistake."""

_SHAPE = re.compile(r"fa_rt_[A-Za-z0-9_-]{86}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token in clear text. It is never stored."""

    text: str = field(repr=False)
    session_id: str


class RefreshTokenCodec:
    """Issue and verify refresh tokens, and derive their successors and digests."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def issue(self) -> RefreshToken:
        """Return the first token of a new session, with the id of that session."""
        return self._with_macs(token_bytes(32), token_bytes(16))[0]

    def verify(self, text: str) -> RefreshToken:
        """Return the token if it was issued here, under any of the secret keys.

        Raises:
            InvalidRefreshToken: It was not issued here.
        """
        if not _SHAPE.fullmatch(text):
            raise InvalidRefreshToken
        try:
            content = base64url.decode(text.removeprefix(PREFIX))
        except ValueError:
            raise InvalidRefreshToken from None
        for token in self._with_macs(content[:32], content[32:48]):
            if compare_digest(token.text, text):
                return token
        raise InvalidRefreshToken

    def digests(self, token: RefreshToken) -> tuple[TokenDigest, ...]:
        """Return the digest under each secret key, the newest first."""
        macs = self._keys.macs("refresh token digest", token.text.encode())
        return tuple(TokenDigest(mac) for mac in macs)

    def digest(self, token: RefreshToken) -> TokenDigest:
        """Return the digest that is stored from now on, 32 bytes."""
        return self.digests(token)[0]

    def derive_successors(self, token: RefreshToken) -> tuple[RefreshToken, ...]:
        """Return the successor under each secret key; the first is the one to issue now."""
        secrets = self._keys.macs("refresh token successor", token.text.encode())
        session = bytes.fromhex(token.session_id)
        return tuple(self._with_macs(secret, session)[index] for index, secret in enumerate(secrets))

    def _with_macs(self, secret: bytes, session: bytes) -> tuple[RefreshToken, ...]:
        macs = self._keys.macs("refresh token seal", secret + session)
        texts = (PREFIX + base64url.encode(secret + session + mac[:16]) for mac in macs)
        return tuple(RefreshToken(text, session.hex()) for text in texts)

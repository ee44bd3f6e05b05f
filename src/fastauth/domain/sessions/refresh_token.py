"""Refresh tokens: what they look like, how they follow each other, what is kept of them.

A token is ``fa_rt_`` and 64 bytes in base64url::

    secret, 32 bytes │ session id, 16 bytes │ seal, 16 bytes

The secret of the first is random; that of each successor is derived from the token before it under
the server's key. So whoever presents one token twice is given one successor, though only digests
are ever stored. The seal tells a token that was once valid from one that somebody made up: only the
former can be evidence of theft.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac
from secrets import token_bytes
from typing import NewType

from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.errors import InvalidRefreshToken

TokenDigest = NewType("TokenDigest", bytes)

PREFIX = "fa_rt_"
"""By which scanners recognise a token that was published by mistake."""

_SHAPE = re.compile(r"fa_rt_[A-Za-z0-9_-]{86}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token in the clear. It is never stored."""

    text: str = field(repr=False)
    session_id: str


class RefreshTokenCodec:
    """Makes refresh tokens, and recognises those it made.

    ``keys`` are the server's secret keys, the newest first; the older ones are only recognised.
    """

    def __init__(self, *keys: SecretKey) -> None:
        self._seals = [key.derive("refresh token seal") for key in keys]
        self._digests = [key.derive("refresh token digest") for key in keys]
        self._successors = [key.derive("refresh token successor") for key in keys]

    def issue(self) -> RefreshToken:
        """Return the first token of a new session, whose id comes with it."""
        return self._with_mac(self._seals[0], secret=token_bytes(32), session=token_bytes(16))

    def verify(self, text: str) -> RefreshToken:
        """Recognise a token.

        Raises:
            InvalidRefreshToken: It was never one of ours.
        """
        if not _SHAPE.fullmatch(text):
            raise InvalidRefreshToken
        try:
            content = base64.urlsafe_b64decode(text.removeprefix(PREFIX) + "==")
        except binascii.Error:
            raise InvalidRefreshToken from None
        secret, session = content[:32], content[32:48]
        for key in self._seals:
            token = self._with_mac(key, secret=secret, session=session)
            if compare_digest(token.text, text):
                return token
        raise InvalidRefreshToken

    def digests(self, token: RefreshToken) -> tuple[TokenDigest, ...]:
        """Return what may have been stored of a token, under each key."""
        return tuple(TokenDigest(hmac(key, token.text.encode(), sha256)) for key in self._digests)

    def digest(self, token: RefreshToken) -> TokenDigest:
        """Return what is stored of a token from now on."""
        return self.digests(token)[0]

    def derive_successors(self, token: RefreshToken) -> tuple[RefreshToken, ...]:
        """Return what may have been given for a token, under each key; the first is given now."""
        return tuple(
            self._with_mac(
                seal, secret=hmac(key, token.text.encode(), sha256), session=bytes.fromhex(token.session_id)
            )
            for key, seal in zip(self._successors, self._seals, strict=True)
        )

    @staticmethod
    def _with_mac(key: bytes, *, secret: bytes, session: bytes) -> RefreshToken:
        content = secret + session
        content += hmac(key, content, sha256)[:16]
        text = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
        return RefreshToken(PREFIX + text, session.hex())

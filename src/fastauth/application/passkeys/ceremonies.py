"""Ceremonies of WebAuthn: from the options for a browser to the response of an authenticator."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastauth.domain import base64url
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.secret_box import SealedTextUnreadable, SecretBox

_MAX_LENGTH = 4096
"""Characters of a token: those of a registration have the name and address of the new account."""


@dataclass(frozen=True, slots=True)
class NewCeremony:
    """A ceremony that begins."""

    token: str = field(repr=False)
    challenge: bytes


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A ceremony whose token was presented for the first time."""

    challenge: bytes
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremonies:
    """Issue and burn the one-time tokens of ceremonies.

    Any client may ask for options, so nothing is stored then: the token is a sealed text with the challenge,
    the end of its life, and what the ceremony is about. It is stored as consumed when it is presented.
    """

    box: SecretBox
    codec: OneTimeTokenCodec
    tokens: OneTimeTokenRepository
    clock: Clock

    def begin(
        self, purpose: Purpose, *, bound_to: str | None = None, facts: Mapping[str, str] | None = None
    ) -> NewCeremony:
        """Return a new token and its challenge, which is the random part of a one-time token.

        `bound_to` is the session or the account that alone may use it.
        """
        issued = self.codec.issue(purpose).text
        content = {
            "issued": issued,
            "ends_at": (self.clock.now() + purpose.lifetime).timestamp(),
            "bound_to": bound_to,
            "facts": dict(facts or {}),
        }
        sealed = self.box.seal(json.dumps(content, ensure_ascii=False), purpose=_sealed_for(purpose))
        return NewCeremony(purpose.prefix + sealed, _challenge(purpose, issued))

    async def finish(self, purpose: Purpose, token: str, *, bound_to: str | None = None) -> Ceremony | None:
        """Burn a token; return its ceremony, ``None`` if it was not issued here, is used or too old.

        Of concurrent calls one gets the ceremony. A token that is bound to something else is not burnt.

        Raises:
            StorageUnavailable: The token may or may not be burnt.
        """
        if not token.startswith(purpose.prefix) or len(token) > _MAX_LENGTH or not token.isascii():
            return None
        sealed = token.removeprefix(purpose.prefix)
        try:
            content = json.loads(self.box.open(sealed, purpose=_sealed_for(purpose)))
        except SealedTextUnreadable:
            return None
        now, ends_at = self.clock.now(), datetime.fromtimestamp(content["ends_at"], UTC)
        if not now < ends_at <= purpose.latest_creation(now) + purpose.lifetime:
            return None
        if content["bound_to"] != bound_to:
            return None
        digests = self.codec.digests(purpose, content["issued"])
        if not await self.tokens.burn(digests, purpose=purpose, now=now, expires_at=ends_at):
            return None
        return Ceremony(_challenge(purpose, content["issued"]), content["facts"])


def _sealed_for(purpose: Purpose) -> str:
    return f"{purpose} ceremony"


def _challenge(purpose: Purpose, issued: str) -> bytes:
    return base64url.decode(issued.removeprefix(purpose.prefix))

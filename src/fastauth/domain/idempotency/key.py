"""Idempotency keys, after the draft "The Idempotency-Key HTTP Header Field" of the IETF.

Neither a key nor what was sent is stored, but HMACs under keys derived from the secret key. One finds the
request again, the other shows whether it is the same.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType

from fastauth.domain.accounts.user import UserId
from fastauth.domain.errors import InvalidInput
from fastauth.domain.idempotency.errors import NOT_A_KEY
from fastauth.domain.secret_key import SecretKey, SecretKeys

RequestDigest = NewType("RequestDigest", bytes)
Fingerprint = NewType("Fingerprint", bytes)

LIFETIME = timedelta(hours=24)
"""How long a request may be repeated. Stripe and Adyen keep keys at least as long."""

# An sf-string of RFC 9651 without escapes, or its content alone, as most clients send it. 16 characters: a
# shorter key can be guessed, or be chosen by two clients.
_KEY = re.compile(r'"([!#-\[\]-~]{16,64})"|([!#-\[\]-~]{16,64})', re.ASCII)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A name that a client gives to a request, so that it may send it again."""

    text: str = field(repr=False)

    @classmethod
    def parse(cls, header: str) -> "IdempotencyKey":
        """Return the key in the value of the header.

        Raises:
            InvalidInput: It is none.
        """
        match = _KEY.fullmatch(header)
        if not match:
            raise InvalidInput(NOT_A_KEY)
        return cls(match[1] or match[2])


@dataclass(frozen=True, slots=True)
class RepeatableRequest:
    """A request with an idempotency key; each tuple has a value under each secret key, the newest first."""

    digests: tuple[RequestDigest, ...]
    fingerprints: tuple[Fingerprint, ...]

    @property
    def digest(self) -> RequestDigest:
        """The digest to store."""
        return self.digests[0]

    def is_same_as(self, answered: "AnsweredRequest") -> bool:
        """Return whether the same was sent with the key before."""
        return answered.fingerprint in self.fingerprints


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRequest:
    """A stored request that succeeded."""

    fingerprint: Fingerprint
    user_id: UserId | None
    """The account that it created, or that sent it."""
    response: str | None = field(repr=False)
    """The response, sealed; ``None`` if it follows from the account."""
    expires_at: datetime


class RepeatableRequests:
    """Compute the digests of requests with an idempotency key."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def request(
        self, key: IdempotencyKey, *, operation: str, sender: str = "", payload: Mapping[str, object]
    ) -> RepeatableRequest:
        """Return the request; keys of other operations and senders are other keys.

        `payload` must not contain a password: an HMAC is computed too fast to protect one.
        """
        place = json.dumps([operation, sender, key.text]).encode()
        content = json.dumps(payload, sort_keys=True).encode()
        return RepeatableRequest(
            tuple(RequestDigest(mac) for mac in self._keys.macs("idempotency key", place)),
            tuple(Fingerprint(mac) for mac in self._keys.macs("idempotent request", place + content)),
        )

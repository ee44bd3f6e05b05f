"""What has been revoked."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast, get_args

from fastauth_client.caller import Caller
from fastauth_client.clock import Clock
from fastauth_client.errors import Revoked

Kind = Literal["sid", "sub", "client", "jti", "kid"]
KINDS = frozenset(get_args(Kind))

_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Revocation:
    """An entry of the feed."""

    kind: Kind
    value: str
    at: float
    """When it was revoked, in seconds since 1970."""
    until: float
    """When the last token that it concerns has expired, likewise."""


class RevokedTokens:
    """The entries that still apply.

    Any thread may check. One thread alone adds. An entry is deleted when the clock has passed its `until`:
    by the same clock every token that it concerns has expired.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: dict[tuple[str, str], float] = {}
        self._expiries: list[tuple[float, str, str, float]] = []

    def __len__(self) -> int:
        return len(self._at)

    def add(self, revocations: Iterable[Revocation]) -> None:
        """Add entries, in any order and any number of times, and delete those that are over."""
        for each in revocations:
            name = (each.kind, each.value)
            if each.at > self._at.get(name, _NEVER):
                self._at[name] = each.at
                heapq.heappush(self._expiries, (each.until, *name, each.at))
        self._delete_expired()

    def check(self, caller: Caller, kid: str) -> None:
        """Return if nothing revokes a token.

        Raises:
            Revoked: Its session, user, client, key or itself is revoked.
        """
        if not self._at:
            return
        claims = caller.claims
        issued_at = cast("float", claims["iat"])
        if (
            ("sid", caller.session) in self._at
            or ("jti", claims["jti"]) in self._at
            or ("kid", kid) in self._at
            or self.is_revoked("sub", caller.subject, issued_at)
            or self.is_revoked("client", caller.client, issued_at)
        ):
            raise Revoked

    def is_revoked(self, kind: Kind, value: str, issued_at: float) -> bool:
        """Return whether what was issued at a time was revoked then or later."""
        return self._at.get((kind, value), _NEVER) >= issued_at

    def _delete_expired(self) -> None:
        now = self._clock.time()
        while self._expiries and self._expiries[0][0] < now:
            _, kind, value, at = heapq.heappop(self._expiries)
            if self._at.get((kind, value)) == at:
                del self._at[kind, value]

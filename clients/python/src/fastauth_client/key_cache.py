"""The keys of the issuer, and when to fetch them again. This module does no I/O."""

from collections.abc import Mapping

from fastauth_client.clock import Clock
from fastauth_client.errors import InvalidToken, KeysUnavailable
from fastauth_client.key_set import PublicKey

COOLDOWN = 10.0
"""Seconds between two fetches for an unknown `kid`, at least; `max-age` if that is shorter."""

UNKNOWN_SECONDS = 60.0
"""For which a `kid` that was not in the set is refused without another fetch."""

MAX_UNKNOWN = 1_000
"""Unknown `kid`s that are remembered; the oldest is forgotten first."""

MAX_USE = 86_400.0
"""Seconds for which the last set that was fetched is used while fetches fail."""

_NEVER = float("-inf")


class KeyCache:
    """The last set of keys.

    Any thread may read. One thread alone fetches and writes.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._keys: Mapping[str, PublicKey] = {}
        self._unknown: dict[str, float] = {}
        self._stored_at = _NEVER
        self._began_at = _NEVER
        self._max_age = COOLDOWN
        self.is_fetching = False

    def find(self, kid: str) -> PublicKey | None:
        """Return a key, or `None` if it is not known."""
        return self._keys.get(kid) if self._is_usable() else None

    def is_worth_fetching(self, kid: str) -> bool:
        """Return whether a fetch may find an unknown key."""
        now = self._clock.monotonic()
        if self._unknown.get(kid, _NEVER) > now:
            return False
        return self.is_fetching or now - self._began_at >= min(COOLDOWN, self._max_age)

    def refusal(self) -> InvalidToken | KeysUnavailable:
        """Return why a token with an unknown `kid` is refused."""
        return InvalidToken() if self._is_usable() else KeysUnavailable()

    def begin_fetch(self) -> None:
        """Note the start of a fetch."""
        self._began_at = self._clock.monotonic()
        self.is_fetching = True

    def store(self, keys: Mapping[str, PublicKey], max_age: float) -> None:
        """Replace the set by one that is up to date for `max_age` seconds."""
        self._keys, self._max_age = keys, max_age
        self._stored_at = self._clock.monotonic()

    def end_fetch(self) -> None:
        """Note the end of a fetch, successful or not."""
        self.is_fetching = False

    def store_for_ever(self, keys: Mapping[str, PublicKey]) -> None:
        """Replace the set by one that is never fetched again."""
        self._keys, self._stored_at, self._began_at = keys, float("inf"), float("inf")

    def note_unknown(self, kid: str) -> None:
        """Remember that a `kid` is not in the set. Without a usable set nothing is remembered."""
        if not self._is_usable():
            return
        self._unknown.pop(kid, None)
        while len(self._unknown) >= MAX_UNKNOWN:
            del self._unknown[next(iter(self._unknown))]
        self._unknown[kid] = self._clock.monotonic() + UNKNOWN_SECONDS

    def _is_usable(self) -> bool:
        return self._clock.monotonic() - self._stored_at < MAX_USE

"""Answers of the issuer about API keys, in memory."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastauth_client.caller import Caller
from fastauth_client.clock import Clock

if TYPE_CHECKING:
    from fastauth_client.verifier import Verifier

CLOCK_SKEW = 30.0
"""Seconds by which the clocks of the two services may differ."""

MAX_ACCEPTED = 10_000
"""Answers about keys that can be used."""

MAX_REFUSED = 1_000
"""Answers about keys that cannot: enough for programs that go on with a former key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of the issuer about a key."""

    caller: Caller | None
    """`None` if the key cannot be used."""
    asked_at: float
    """Seconds since 1970."""
    use_until: float
    """By the monotonic clock."""


class KeptAnswers:
    """Keeps answers by the digest of the key; the least recently used one goes first.

    Refusals have a place of their own. Any client can invent keys, and these must not take the place of
    keys that are used, each of which would then need another request.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        verifier: "Verifier | None" = None,
        max_accepted: int = MAX_ACCEPTED,
        max_refused: int = MAX_REFUSED,
    ) -> None:
        self._clock = clock
        self._verifier = verifier
        self._accepted: OrderedDict[bytes, Answer] = OrderedDict()
        self._refused: OrderedDict[bytes, Answer] = OrderedDict()
        self._bounds = ((self._accepted, max_accepted), (self._refused, max_refused))

    def __len__(self) -> int:
        return len(self._accepted) + len(self._refused)

    def get(self, digest: bytes) -> Answer | None:
        """Return the answer about a key; `None` if there is none that may still be used."""
        kept = self._accepted if digest in self._accepted else self._refused
        answer = kept.get(digest)
        if answer is None:
            return None
        if self._is_over(answer):
            del kept[digest]
            return None
        kept.move_to_end(digest)
        return answer

    def add(self, digest: bytes, answer: Answer) -> None:
        """Keep an answer in place of an earlier one."""
        for kept, _ in self._bounds:
            kept.pop(digest, None)
        kept, most = self._bounds[answer.caller is None]
        kept[digest] = answer
        if len(kept) > most:
            kept.popitem(last=False)

    def _is_over(self, answer: Answer) -> bool:
        if self._clock.monotonic() >= answer.use_until:
            return True
        caller = answer.caller
        if caller is None:
            return False
        return self._clock.time() >= caller.expires_at.timestamp() or bool(
            self._verifier and self._verifier.has_ended(caller, answer.asked_at - CLOCK_SKEW)
        )

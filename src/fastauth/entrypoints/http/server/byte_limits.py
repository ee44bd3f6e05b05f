"""How much a connection has sent, and the bounds that hold whatever else goes on."""

from collections import deque
from enum import Enum, auto

from fastauth.entrypoints.http.strict_json import MOST_BYTES as MOST_BODY_BYTES

MOST_HEAD_BYTES = 16 * 1024
"""Request line and headers together; an access token has less than 1 KiB."""

MOST_HEADERS = 256
"""A header takes more than 100 bytes of memory beside its own. Browsers and proxies send some 30."""

MOST_FRAMING_BYTES = 16 * 1024
"""Of a chunked body: the sizes of its chunks and their extensions, beside the content."""

MOST_QUEUED = 4
"""Requests that wait on a connection while the one before them is answered."""

MOST_DUE_BYTES = MOST_HEAD_BYTES + MOST_BODY_BYTES
"""Heads and bodies of the requests on one connection whose answers are due."""

MOST_UNREAD_BYTES = 8 * 1024
"""Of answers, beside what the kernel takes, before no more is written and the client's time begins."""

PIECE = 4 * 1024
"""Bytes that are parsed before the bounds are looked at again. uvloop reads up to 256 KiB at once."""


class Part(Enum):
    """What of a message is being read."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class Meter:
    """Counts the bytes of one connection: of the message that is read, and of those that wait for an answer.

    A piece counts as a whole to the part that it ends in, so that a bound may be passed by one `PIECE`.
    """

    __slots__ = ("_body", "_due", "_framing", "_messages", "head", "part")

    def __init__(self) -> None:
        self.part = Part.NOTHING
        self.head = self._body = self._framing = self._messages = 0
        self._due: deque[int] = deque()

    @property
    def due(self) -> int:
        """The number of requests whose answer is due."""
        return len(self._due)

    @property
    def has_read_a_message(self) -> bool:
        """Whether a whole request has come."""
        return self._messages > 0

    @property
    def place(self) -> tuple[int, Part]:
        """Which part of which message is read."""
        return self._messages, self.part

    def take(self, size: int, *, since: tuple[int, Part]) -> None:
        """Count a piece of this size, before which the place was another or the same."""
        same_message = since[0] == self._messages
        if self.part is Part.HEAD or (self.part is Part.NOTHING and same_message):
            self.head += size
        elif since == self.place:
            self._framing += size

    def begin_body(self, head_bytes: int) -> None:
        """Begin the body of a request with a head of this size, whose answer is due from now on."""
        self.part, self._body, self._framing = Part.BODY, 0, 0
        self._due.append(head_bytes)

    def take_content(self, size: int) -> int:
        """Count content of the body, and return how many bytes of it are kept.

        One byte more than is allowed is kept: the route finds the body too large by it.
        """
        kept = min(size, max(MOST_BODY_BYTES + 1 - self._body, 0))
        self._body += size
        self._framing -= size
        if self._due:
            self._due[-1] += kept
        return kept

    def end_message(self) -> None:
        """End the message."""
        self.part, self.head = Part.NOTHING, 0
        self._messages += 1

    def answered(self) -> None:
        """Count the oldest request as answered."""
        self._due.popleft()

    def has_room_for(self, head_bytes: int) -> bool:
        """Return whether a request with a head of this size may wait for its answer."""
        return self.due <= MOST_QUEUED and (not self._due or sum(self._due) + head_bytes <= MOST_DUE_BYTES)

    @property
    def head_is_too_large(self) -> bool:
        """Whether the head that is read is too large already."""
        return self.head > MOST_HEAD_BYTES + PIECE

    @property
    def framing_is_too_large(self) -> bool:
        """Whether the body that is read consists of too much that is not content."""
        return self._framing > MOST_FRAMING_BYTES

"""How much a connection has sent, and the bounds that hold whatever else goes on."""

from collections import deque
from enum import Enum, auto

from fastauth.entrypoints.http.strict_json import MAX_BODY_BYTES

MAX_HEAD_BYTES = 16 * 1024
"""Request line and headers together; an access token has less than 1 KiB."""

MAX_HEADERS = 256
"""A header takes more than 100 bytes of memory beside its own. Browsers and proxies send some 30."""

MAX_FRAMING_BYTES = 16 * 1024
"""Of a chunked body: the sizes of its chunks and their extensions, beside the content."""

MAX_QUEUED_REQUESTS = 4
"""Requests that wait on a connection while the one before them is answered."""

MAX_PENDING_BYTES = MAX_HEAD_BYTES + MAX_BODY_BYTES
"""Heads and bodies of the requests on one connection whose answers are due."""

MAX_UNSENT_BYTES = 8 * 1024
"""Of answers, beside what the kernel takes, before no more is written and the client's time begins."""

PARSE_BYTES = 4 * 1024
"""Bytes that are parsed before the bounds are looked at again. uvloop reads up to 256 KiB at once."""


class MessagePart(Enum):
    """What of a message is being read."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class ByteCounter:
    """Counts the bytes of one connection: of the message that is read, and of those that wait for an answer.

    A piece counts as a whole to the part that it ends in, so that a bound may be passed by one `PARSE_BYTES`.
    """

    __slots__ = ("_body", "_due", "_framing", "_messages", "head", "part")

    def __init__(self) -> None:
        self.part = MessagePart.NOTHING
        self.head = self._body = self._framing = self._messages = 0
        self._due: deque[int] = deque()

    @property
    def due(self) -> int:
        """The number of requests whose answer is due."""
        return len(self._due)

    @property
    def has_read_message(self) -> bool:
        """Whether a whole request has come."""
        return self._messages > 0

    @property
    def place(self) -> tuple[int, MessagePart]:
        """Which part of which message is read."""
        return self._messages, self.part

    def take(self, size: int, *, since: tuple[int, MessagePart]) -> None:
        """Count a piece of this size, before which the place was another or the same."""
        same_message = since[0] == self._messages
        if self.part is MessagePart.HEAD or (self.part is MessagePart.NOTHING and same_message):
            self.head += size
        elif since == self.place:
            self._framing += size

    def begin_body(self, head_bytes: int) -> None:
        """Begin the body of a request with a head of this size, whose answer is due from now on."""
        self.part, self._body, self._framing = MessagePart.BODY, 0, 0
        self._due.append(head_bytes)

    def count_content(self, size: int) -> int:
        """Count content of the body, and return how many bytes of it are kept.

        One byte more than is allowed is kept: the route finds the body too large by it.
        """
        kept = min(size, max(MAX_BODY_BYTES + 1 - self._body, 0))
        self._body += size
        self._framing -= size
        if self._due:
            self._due[-1] += kept
        return kept

    def end_message(self) -> None:
        """End the message."""
        self.part, self.head = MessagePart.NOTHING, 0
        self._messages += 1

    def answered(self) -> None:
        """Count the oldest request as answered."""
        self._due.popleft()

    def has_room_for(self, head_bytes: int) -> bool:
        """Return whether a request with a head of this size may wait for its answer."""
        return self.due <= MAX_QUEUED_REQUESTS and (
            not self._due or sum(self._due) + head_bytes <= MAX_PENDING_BYTES
        )

    @property
    def head_is_too_large(self) -> bool:
        """Whether the head that is read is too large already."""
        return self.head > MAX_HEAD_BYTES + PARSE_BYTES

    @property
    def framing_is_too_large(self) -> bool:
        """Whether the body that is read consists of too much that is not content."""
        return self._framing > MAX_FRAMING_BYTES

"""Limits on the bytes of a connection, and the counter that enforces them."""

from collections import deque
from enum import Enum, auto

from fastauth.entrypoints.http.strict_json import MAX_BODY_BYTES

MAX_HEAD_BYTES = 16 * 1024
"""Request line and headers together. An access token has less than 1 KiB."""

MAX_HEADERS = 256
"""Each header takes more than 100 bytes of memory besides its text. Browsers and proxies send about 30."""

MAX_FRAMING_BYTES = 16 * 1024
"""Chunk sizes and chunk extensions of a chunked body, which are not content."""

MAX_QUEUED_REQUESTS = 4
"""Pipelined requests that wait while an earlier request of the connection is processed."""

MAX_PENDING_BYTES = MAX_HEAD_BYTES + MAX_BODY_BYTES
"""Heads and bodies of all requests on one connection that have no response yet."""

MAX_UNSENT_BYTES = 8 * 1024
"""Bytes of responses in the write buffer, besides the kernel's. Above this, writing pauses and the timeout of
the client starts."""

PARSE_BYTES = 4 * 1024
"""Bytes that are parsed between two checks of the limits. uvloop reads up to 256 KiB at once."""


class MessagePart(Enum):
    """The part of a message that is being read."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class ByteCounter:
    """Counts the bytes of one connection: of the current message, and of requests without a response.

    A chunk of `PARSE_BYTES` counts to the part in which it ends, so a limit may be exceeded by one chunk.
    """

    __slots__ = ("_body", "_framing", "_messages", "_pending", "head", "part")

    def __init__(self) -> None:
        self.part = MessagePart.NOTHING
        self.head = self._body = self._framing = self._messages = 0
        self._pending: deque[int] = deque()

    @property
    def pending(self) -> int:
        """The number of requests without a complete response."""
        return len(self._pending)

    @property
    def has_read_message(self) -> bool:
        """Whether at least one complete request has been read."""
        return self._messages > 0

    @property
    def position(self) -> tuple[int, MessagePart]:
        """The number of complete messages, and the part of the current one."""
        return self._messages, self.part

    def count(self, size: int, *, since: tuple[int, MessagePart]) -> None:
        """Count a parsed chunk of `size` bytes. `since` is the position before it."""
        same_message = since[0] == self._messages
        if self.part is MessagePart.HEAD or (self.part is MessagePart.NOTHING and same_message):
            self.head += size
        elif since == self.position:
            self._framing += size

    def begin_body(self, head_bytes: int) -> None:
        """Begin the body of a request whose head has this size. The request is pending from now on."""
        self.part, self._body, self._framing = MessagePart.BODY, 0, 0
        self._pending.append(head_bytes)

    def count_content(self, size: int) -> int:
        """Count content of the body, and return how many bytes of it to keep.

        One byte above the limit is kept: it makes the route reject the body as too large.
        """
        kept = min(size, max(MAX_BODY_BYTES + 1 - self._body, 0))
        self._body += size
        self._framing -= size
        if self._pending:
            self._pending[-1] += kept
        return kept

    def end_message(self) -> None:
        """End the current message."""
        self.part, self.head = MessagePart.NOTHING, 0
        self._messages += 1

    def complete_response(self) -> None:
        """Record that the oldest pending request has its complete response."""
        self._pending.popleft()

    def has_room_for(self, head_bytes: int) -> bool:
        """Return whether a request with a head of this size may wait on the connection."""
        return self.pending <= MAX_QUEUED_REQUESTS and (
            not self._pending or sum(self._pending) + head_bytes <= MAX_PENDING_BYTES
        )

    @property
    def head_is_too_large(self) -> bool:
        """Whether the current head is too large."""
        return self.head > MAX_HEAD_BYTES + PARSE_BYTES

    @property
    def framing_is_too_large(self) -> bool:
        """Whether the chunk framing of the current body is too large."""
        return self._framing > MAX_FRAMING_BYTES

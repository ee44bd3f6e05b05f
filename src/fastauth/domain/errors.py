"""Everything that can go wrong and that a caller may hear of.

::

    FastauthError
    ├── InvalidInput           one or more values break a rule
    ├── Unauthenticated        nobody, or not who they say they are
    │   ├── InvalidCredentials
    │   ├── InvalidAccessToken
    │   ├── MissingAccessToken
    │   └── InvalidRefreshToken
    │       └── RefreshTokenReused
    ├── Forbidden              somebody, but not for this
    │   └── WrongPassword
    ├── NotFound               there is no such thing, or not for the caller
    │   ├── SessionNotFound
    │   └── UserNotFound
    ├── Conflict               what is asked for contradicts what is stored
    │   └── UsernameTaken
    ├── Throttled              too much from whoever asks: later
    │   └── TooManyRequests
    └── Unavailable            nothing is wrong with the request: try again later
        ├── StorageUnavailable
        ├── NoActiveSigningKey
        ├── KeyUnwrapFailed
        ├── HashingOverloaded
        └── ShuttingDown

The inner nodes are categories: an entry point decides once for each how it is told. Whatever
falls outside of this tree is a bug.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil
from types import TracebackType
from typing import ClassVar, Self


class FastauthError(Exception):
    """The root of the tree.

    ``code`` is stable and meant for programs, ``detail`` is meant for people. Neither ever
    holds a value that somebody submitted.
    """

    code: ClassVar[str]
    detail: str

    def __init__(self) -> None:
        super().__init__(self.detail)


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that one field breaks."""

    field: str
    code: str
    detail: str


class InvalidInput(FastauthError):
    """One or more values break a rule; ``violations`` names each."""

    code = "invalid_input"

    def __init__(self, *violations: Violation) -> None:
        self.violations = violations
        self.detail = " ".join(f"{each.field}: {each.detail}" for each in violations)
        super().__init__()

    def with_field(self, field: str) -> Self:
        """Return the same violations of a field that goes by another name."""
        return type(self)(*(replace(each, field=field) for each in self.violations))


class Unauthenticated(FastauthError):
    """Whoever asks has not shown who they are."""


class Forbidden(FastauthError):
    """It is known who asks, and that they may not."""


class NotFound(FastauthError):
    """There is no such thing, or none that the caller may know of."""


class Conflict(FastauthError):
    """What is asked for contradicts what is stored."""


class RateLimited(FastauthError):
    """Whoever asks has asked too much, and may ask again ``retry_after`` seconds later."""

    def __init__(self, *, after: timedelta = timedelta(seconds=1)) -> None:
        self.retry_after = max(1, ceil(after.total_seconds()))
        super().__init__()


class Unavailable(FastauthError):
    """The service cannot do its work at the moment. ``retry_after`` is in seconds."""

    def __init__(self, *, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__()


class StorageUnavailable(Unavailable):
    """The database does not answer, or cannot take what it is given.

    ``reason`` is for logs and for operators: one line without a secret. Clients are not told it.
    """

    code = "storage_unavailable"
    detail = "The database is not available at the moment. Nothing is known to have been stored."

    def __init__(self, *, reason: str = "", retry_after: int = 1) -> None:
        self.reason = reason
        super().__init__(retry_after=retry_after)


class ShuttingDown(Unavailable):
    """The process has been asked to end, and still answers for a while."""

    code = "shutting_down"
    detail = "The service is about to stop."


class ViolationCollector:
    """Gather what several values break, so that one answer can name it all.

    Each ``with collecting:`` inside swallows the `InvalidInput` of one value; leaving the outer
    block raises a single `InvalidInput` with all of them. Past it, every value is there::

        with ViolationCollector() as collecting:
            with collecting:
                username = Username.parse(...)
            with collecting:
                fullname = FullName.parse(...)
    """

    def __init__(self) -> None:
        self._violations: list[Violation] = []
        self._depth = 0

    def __enter__(self) -> Self:
        self._depth += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._depth -= 1
        if self._depth and isinstance(error, InvalidInput):
            self._violations.extend(error.violations)
            return True
        if error is None and not self._depth and self._violations:
            raise InvalidInput(*self._violations)
        return False

"""The errors that use cases raise.

::

    FastauthError
    ├── InvalidInput           one or more values break a rule
    ├── Unauthenticated        the client is not authenticated
    │   ├── InvalidCredentials
    │   ├── InvalidApiKey
    │   ├── InvalidAccessToken
    │   ├── MissingAccessToken
    │   ├── StepUpRequired
    │   ├── InvalidClient
    │   ├── InvalidLink
    │   ├── InvalidLoginCode
    │   ├── InvalidSecondFactor
    │   └── InvalidRefreshToken
    │       └── RefreshTokenReused
    ├── Forbidden              the client is authenticated, but not allowed to do this
    │   ├── MorePrivileged
    │   ├── NotPermitted
    │   ├── OwnAccount
    │   ├── PermissionNotHeld
    │   ├── RegistrationClosed
    │   └── WrongPassword
    ├── NotFound               the object does not exist, or is not visible to the client
    │   ├── ApiKeyNotFound
    │   ├── ErasureNotFound
    │   ├── ClientNotFound
    │   ├── InvitationNotFound
    │   ├── NotOffered
    │   ├── PasskeyNotFound
    │   ├── RoleNotFound
    │   ├── SecondFactorNotFound
    │   ├── SessionNotFound
    │   ├── SigningKeyNotFound
    │   ├── UserNotFound
    │   └── WebhookNotFound
    ├── Conflict               the request contradicts the stored state
    │   ├── AlreadyEnrolled
    │   ├── AnotherAddressInvited
    │   ├── BuiltInRole
    │   ├── ClientExists
    │   ├── EmailTaken
    │   ├── IdempotencyKeyInUse
    │   ├── LastAdministrator
    │   ├── LastCredential
    │   ├── LogInToAccept
    │   ├── NoPassword
    │   ├── NoVerifiedAddress
    │   ├── PasskeyTaken
    │   ├── PasswordExists
    │   ├── RolesInUse
    │   ├── TooManyApiKeys
    │   ├── TooManyPasskeys
    │   ├── TooManyPermissions
    │   ├── TooManyWebhooks
    │   ├── UserDisabled
    │   └── UsernameTaken
    ├── Gone                   what the request refers to is no longer stored
    │   └── CursorTooOld
    ├── RateLimited            the client has sent too many requests
    │   └── TooManyRequests
    └── Unavailable            the request is fine: try again later
        ├── StorageUnavailable
        ├── NoActiveSigningKey
        ├── KeyUnwrapFailed
        ├── SealedTextUnreadable
        ├── HashingOverloaded
        └── ShuttingDown

The inner nodes are categories; entrypoints map each category to a response or an exit code. Any
other exception is a bug.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil
from types import TracebackType
from typing import ClassVar, Self


class FastauthError(Exception):
    """The base class.

    ``code`` is stable and meant for programs; ``detail`` is meant for people. Neither contains a
    submitted value.
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
    """One or more values break a rule; ``violations`` lists all of them."""

    code = "invalid_input"

    def __init__(self, *violations: Violation) -> None:
        self.violations = violations
        self.detail = " ".join(f"{each.field}: {each.detail}" for each in violations)
        super().__init__()

    def with_field(self, field: str) -> Self:
        """Return the same violations for a field with another name."""
        return type(self)(*(replace(each, field=field) for each in self.violations))


class Unauthenticated(FastauthError):
    """The client is not authenticated."""


class Forbidden(FastauthError):
    """The client is authenticated, but not allowed to do this."""


class NotFound(FastauthError):
    """The object does not exist, or the client may not see it."""


class NotOffered(NotFound):
    """The installation does not have the feature, for example because it sends no e-mail."""

    code = "not_offered"
    detail = "This is not configured here."


class Conflict(FastauthError):
    """The request contradicts the stored state."""


class Gone(FastauthError):
    """What the request refers to is no longer stored."""


class RateLimited(FastauthError):
    """The client has sent too many requests and may try again after ``retry_after`` seconds."""

    def __init__(self, *, after: timedelta = timedelta(seconds=1)) -> None:
        self.retry_after = max(1, ceil(after.total_seconds()))
        super().__init__()


class Unavailable(FastauthError):
    """The service cannot process the request now. ``retry_after`` is in seconds."""

    def __init__(self, *, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__()


class StorageUnavailable(Unavailable):
    """The database does not answer, or rejects the statement.

    ``reason`` is one line without secrets, for logs and operators. Clients do not receive it.
    """

    code = "storage_unavailable"
    detail = "The database is not available. The request may or may not have been applied."

    def __init__(self, *, reason: str = "", retry_after: int = 1) -> None:
        self.reason = reason
        super().__init__(retry_after=retry_after)


class ShuttingDown(Unavailable):
    """The process is shutting down gracefully and still answers requests."""

    code = "shutting_down"
    detail = "The service is about to stop."


class ViolationCollector:
    """Collect the violations of several values, so that one error reports all of them.

    Each inner ``with collecting:`` swallows the `InvalidInput` of one value. The outer block raises
    one `InvalidInput` with all violations when it ends; after it, every value is valid::

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

"""What the core asks of the outside, in the words of the core.

Whoever implements a port keeps the promises of its contract in ``tests/contracts``. Every method
that reaches the database raises `StorageUnavailable` where the database does not answer. Where a method
says that it records an event, the two stand or fall together.
"""

from collections.abc import Collection, Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from fastauth.domain.audit import Entry, Retention, Wanted
from fastauth.domain.counting import Counted, Hit, Refund
from fastauth.domain.event import Event, EventKind
from fastauth.domain.full_name import FullName
from fastauth.domain.newcomer import Holder, Newcomer
from fastauth.domain.pace import Pace
from fastauth.domain.password import Password, PasswordHash
from fastauth.domain.session import Caller, Place, Rotation, Session, SessionId
from fastauth.domain.signing_key import KeyRing, SigningKey
from fastauth.domain.tokens import AccessClaims, AccessToken
from fastauth.domain.user import User, UserId
from fastauth.domain.username import Username


class UserRepository(Protocol):
    """Everybody who has registered."""

    async def find(self, username: Username) -> User | None:
        """Return the account whose name has the key of `username`."""

    async def add(self, *, username: Username, fullname: FullName, password_hash: PasswordHash) -> User:
        """Store a new account and return it with its id. When this returns, it is stored for good.

        Records `EventKind.REGISTERED`.

        Raises:
            UsernameTaken: Another account has the key of `username`. Of any number of calls at
                once with one key, a single one succeeds.
            StorageUnavailable: The account may or may not have been stored.
        """

    async def rename(self, user_id: UserId, fullname: FullName, *, now: datetime, pace: Pace | None) -> None:
        """Replace the full name, if it is another one. Records `EventKind.FULL_NAME_CHANGED`.

        Raises:
            TooManyAttempts: The account has had as many names as `pace` allows.
        """

    async def replace_password(self, user_id: UserId, *, known: PasswordHash, new: PasswordHash) -> int:
        """Replace the hash of the password if it still is `known`; return how many that were: 1 or 0."""

    async def set_disabled(self, user_id: UserId, since: datetime | None) -> None:
        """Close the account `since` some time, or open it again with ``None``."""


class UserDirectory(Protocol):
    """Everybody who has registered, to leaf through."""

    async def page(self, *, after: UserId | None, at_most: int, disabled: bool | None = None) -> list[User]:
        """Return accounts in the order of their ids, those that follow `after` or the first.

        `disabled` leaves those alone that are disabled, or those that are not.
        """


class UserIntake(Protocol):
    """The way in for many at once."""

    async def holders(self, keys: Collection[str]) -> dict[str, Holder]:
        """Return by their keys who goes by those names, where somebody does."""

    async def admit(self, newcomers: Collection[Newcomer]) -> dict[str, UserId]:
        """Store those whose names nobody goes by, in one transaction; return their ids by their keys.

        No two of `newcomers` have one key. Of any number of calls at once with one key, a single
        one returns it.
        """


class NameLedger(AbstractContextManager["NameLedger"], Protocol):
    """Remembers names, however many, until it is left."""

    def first_place(self, key: str, place: int) -> int:
        """Return where `key` was first: at `place`, unless it is there already."""


class SessionRepository(Protocol):
    """Every session that may still be used."""

    async def start(
        self, session: Session, *, password_hash: PasswordHash, at_most: int, refunds: tuple[Refund, ...] = ()
    ) -> None:
        """Store a new session, and give `refunds` back with it. Records `EventKind.LOGGED_IN`.

        The oldest sessions of the user end, so that at most `at_most` live. Of those that there were
        before, one call ends a hundred; calls at once may leave as many more as they are.

        Raises:
            InvalidCredentials: Its user is disabled or has another password than `password_hash`.
                Whatever ends a user's sessions at the same time ends this one, too.
        """

    async def rotate(self, session_id: SessionId, rotation: Rotation, *, now: datetime) -> Session | None:
        """Put the successor in the place of the session's refresh token, if that is the one spent.

        Records `EventKind.REFRESHED`, unless it was recorded of this session `RECORDED_WITHIN` so
        short a time before. Remembers by which client it was spent.

        One statement decides, and of any number at once a single one succeeds. ``None`` says that
        nothing changed: the token is another one, the session is over, its user disabled, or it was
        refreshed more often than the pace allows.
        """

    async def find(self, session_id: SessionId, *, now: datetime) -> Caller | None:
        """Return a session that lives and its user, unless that user is disabled."""

    async def of_user(
        self, user_id: UserId, *, now: datetime, after: Place | None = None, at_most: int
    ) -> list[Session]:
        """Return the user's sessions that live, the newest first: those that follow `after`, or the first."""

    async def end(self, user_id: UserId, *, only: SessionId, now: datetime) -> int:
        """End one of the user's sessions; return how many that were: 1 or 0."""

    async def end_all(self, user_id: UserId, *, but: SessionId | None = None, now: datetime) -> int:
        """End the user's sessions, or all but one, however many there are.

        Returns how many that were; more than `MOST_COUNTED` are counted as so many.
        """


class Sweeper(Protocol):
    """Removes what is over. Nothing depends on it."""

    async def begin(self, task: str, *, now: datetime, every: timedelta) -> bool:
        """Return whether this process is to do the task now: of all processes one is, `every` so often."""

    async def sweep_sessions(self, *, over_since: datetime, at_most: int) -> int:
        """Remove some of the sessions that were over by then; return how many."""

    async def sweep_tallies(self, *, over_since: datetime, at_most: int) -> int:
        """Remove some of the tallies that were over by then; return how many."""

    async def sweep_events(self, kept: Retention, *, now: datetime, at_most: int) -> int:
        """Remove some of the events that are too old, and some of the addresses; return how many."""


class TallyRepository(Protocol):
    """How often somebody has tried something, shared by all processes."""

    async def count(self, hits: tuple[Hit, ...], *, now: datetime) -> Counted:
        """Count an attempt as `fastauth.domain.counting.count` says, and return what becomes of it.

        Nobody changes any of the tallies in between. Those that are not there, or no longer
        remembered, are new ones.

        Raises:
            TooManyAttempts: The network of the attempt has sent too many; nothing was counted.
        """

    async def refund(self, refunds: tuple[Refund, ...], *, now: datetime) -> None:
        """Change tallies as `fastauth.domain.counting.refund` says. Those that are not there stay away."""


class EventLog(Protocol):
    """What happened, in the order in which it did."""

    async def record(self, event: Event) -> None:
        """Write an event down."""

    async def record_once(self, event: Event, *, within: timedelta, unless: EventKind) -> None:
        """Write down what happened to a session and to its user, whom `event` need not know.

        Nothing is written of a session that is gone, nor of one of which this or `unless` was
        written down already, `within` so short a time before.
        """


class AuditTrail(Protocol):
    """What was recorded, for those who may read it."""

    async def newest(self, wanted: Wanted, *, before: Entry | None, at_most: int) -> list[Entry]:
        """Return entries, the newest first, from the one that comes after `before` in this order."""


class Transaction(Protocol):
    """Acts that stand or fall together. Without `commit` they fall."""

    users: UserRepository
    sessions: SessionRepository
    tallies: TallyRepository
    events: EventLog

    async def commit(self) -> None:
        """Let all that was done stand."""


class UnitOfWork(Protocol):
    """Hands out transactions."""

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """Begin a transaction of its own."""


class PasswordHasher(Protocol):
    """Turns passwords into something that does not give them away."""

    def admit(self) -> None:
        """Do nothing if a password handed in now would be taken.

        Whoever asks first spends nothing else on a request that is refused in the end. It is no
        reservation: `hash` and `verify` may refuse all the same.

        Raises:
            HashingOverloaded: Too many others wait.
        """

    async def hash(self, password: Password) -> PasswordHash:
        """Return a hash of `password` under a fresh salt.

        Raises:
            HashingOverloaded: Too many others wait.
        """

    async def verify(self, password: Password, known: PasswordHash | None) -> PasswordHash:
        """Return the hash to keep of a password that fits: `known`, or a better one.

        ``None`` is the hash of nobody. It fits nothing, and costs as much as any.

        Raises:
            InvalidCredentials: The password does not fit.
            HashingOverloaded: Too many others wait.
        """

    def expect(self, stored: Iterable[PasswordHash]) -> None:
        """Have each refusal of `verify` cost from now on what the dearest of `stored` costs of each kind."""

    def recognise(self, encoded: str) -> PasswordHash:
        """Read a hash that somebody else made, of a format that `verify` understands.

        Nothing is computed.

        Raises:
            InvalidInput: No password could ever fit: it is damaged, of an unknown format, or
                dearer than a log-in may be.
        """


class HashCensus(Protocol):
    """Which kinds of password hashes are stored."""

    async def examples(self) -> dict[PasswordHash, int]:
        """Return one hash of each kind, and how many there are of it.

        A kind has one algorithm and one cost. What is no hash is a kind, too.
        """


class AccessTokens(Protocol):
    """Signs access tokens, and reads those that were signed here."""

    async def issue(self, claims: AccessClaims) -> AccessToken:
        """Return a token that says so from now on."""

    async def read(self, text: str) -> AccessClaims:
        """Return what a token says.

        Raises:
            InvalidAccessToken: It is not one of ours, or its time is over.
        """


class SigningKeyRepository(Protocol):
    """The installation's signing keys, shared by all of its processes."""

    async def ring(self) -> KeyRing:
        """Return all keys."""

    async def add(self, key: SigningKey) -> None:
        """Store a key, unless another process has stored one of its number: then nothing happens.

        Records `EventKind.KEY_ROTATED`.
        """

    async def reseal(self, key: SigningKey) -> None:
        """Replace the sealed form of a key's private part."""

    async def remove(self, key: SigningKey) -> None:
        """Forget a key."""


class StorageProbe(Protocol):
    """Looks after the database, apart from what requests use."""

    async def check(self) -> None:
        """Return if the database answers and has the schema that this code needs.

        Raises:
            StorageUnavailable: It does not, or has not.
        """


class KeySmith(Protocol):
    """Makes signing keys."""

    def forge(self, *, number: int, published_at: datetime, signs_from: datetime) -> SigningKey:
        """Return a new key."""

    def check(self, key: SigningKey) -> None:
        """Decrypt the private part of a key.

        Raises:
            SecretKeyUnknown: It is sealed under a secret key that is not at hand, or is damaged.
        """

    def resealed(self, key: SigningKey) -> SigningKey:
        """Return the key sealed under the newest secret key: the same object, if it is already."""


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the time, in UTC."""

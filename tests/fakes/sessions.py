"""Sessions and access tokens in memory."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from tests.fakes.email_addresses import FakeEmailAddressRepository
from tests.fakes.one_time_tokens import FakeOneTimeTokenRepository
from tests.fakes.rate_limits import FakeCounterRepository
from tests.fakes.roles import grants_of
from tests.fakes.second_factors import FakeSecondFactorRepository
from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.token import OneTimeTokenDigest, Purpose
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.roles.role import Grants
from fastauth.domain.second_factors.totp import Step
from fastauth.domain.sessions.access_token import (
    AccessClaims,
    AccessToken,
    AnyClaims,
    ClientClaims,
    InspectedToken,
)
from fastauth.domain.sessions.account_facts import AccountFacts
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.proof import (
    ChallengeProof,
    PasskeyProof,
    PasswordProof,
    Proof,
    SessionProof,
    StartProof,
)
from fastauth.domain.sessions.session import (
    MAX_COUNTED,
    RENEWAL_EVENT_INTERVAL,
    AuthenticatedUser,
    RenewedSession,
    Rotation,
    Session,
    SessionCursor,
    SessionId,
)

LIFETIME = timedelta(minutes=5)


def _holds(proof: Proof | ChallengeProof, user: User, storage: FakeStorage) -> bool:
    if isinstance(proof, PasskeyProof):
        return True
    by_password_alone = isinstance(proof, PasswordProof)
    same = storage.passwords[user.id] == proof.password_hash
    return same and not (by_password_alone and user.has_second_factor)


class FakeAccessTokens:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._issued: dict[str, tuple[AnyClaims, datetime]] = {}

    async def check_key(self) -> None:
        """There always is a key."""

    async def issue(self, claims: AnyClaims, *, issued_at: datetime | None = None) -> AccessToken:
        text = f"fake-access-token-{next(self._numbers)}"
        self._issued[text] = claims, (issued_at or self._clock.now()) + LIFETIME
        return AccessToken(text=text, expires_in=int(LIFETIME.total_seconds()))

    async def verify(self, text: str) -> AccessClaims:
        claims = await self.verify_any(text)
        if not isinstance(claims, AccessClaims):
            raise InvalidAccessToken
        return claims

    async def verify_any(self, text: str) -> AnyClaims:
        claims, expires_at = self._issued.get(text, (None, self._clock.now()))
        if claims is None or self._clock.now() >= expires_at:
            raise InvalidAccessToken
        return claims

    async def inspect(self, text: str) -> InspectedToken:
        claims = await self.verify_any(text)
        _, expires_at = self._issued[text]
        return InspectedToken(
            claims=claims,
            id=text,
            issuer="https://auth.example",
            audience=getattr(claims, "audience", None) or "https://auth.example",
            client_id=claims.client_id if isinstance(claims, ClientClaims) else "fastauth",
            issued_at=expires_at - LIFETIME,
            expires_at=expires_at,
        )


class FakeSessionRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def add(
        self,
        session: Session,
        *,
        proof: StartProof,
        max_sessions: int,
        refunds: tuple[Refund, ...] = (),
    ) -> Grants:
        user = self.storage.users.get(session.user_id)
        if user is None or user.disabled_at:
            raise InvalidCredentials
        if isinstance(proof, SessionProof):
            origin = await self.find(proof.session_id, now=session.created_at)
            if origin is None or origin.user.id != user.id:
                raise InvalidCredentials
        elif not _holds(proof, user, self.storage):
            raise InvalidCredentials
        if isinstance(proof, ChallengeProof) and not await self._answers(session, proof):
            raise InvalidCredentials
        self.storage.sessions[session.id] = session
        self.storage.session_epochs[session.id] = self.storage.epochs.get(session.user_id, 0)
        self.storage.note(EventType.LOGIN_SUCCEEDED, session.user_id, session.id)
        await FakeCounterRepository(self.storage).refund(refunds, now=session.created_at)
        others = [s for s in self._living(session.user_id, session.created_at) if s.id != session.id]
        for surplus in others[max_sessions - 1 :]:
            self.storage.sessions[surplus.id] = replace(surplus, ended_at=session.created_at)
        return grants_of(self.storage, session.user_id)

    async def rotate(
        self, session_id: SessionId, rotation: Rotation, *, now: datetime
    ) -> RenewedSession | None:
        caller = await self.find(session_id, now=now)
        if caller is None or caller.session.refresh_digest not in rotation.presented:
            return None
        paid: datetime | None = now
        if rotation.limit:
            paid = rotation.limit.next_arrival_time(caller.session.refresh_arrival_time, now)
        if paid is None:
            return None
        session = replace(
            caller.session,
            previous_digest=caller.session.refresh_digest,
            rotated_at=now,
            rotated_by=rotation.client,
            refresh_digest=rotation.successor,
            refresh_expires_at=min(rotation.expires_at, caller.session.expires_at),
            refresh_arrival_time=paid,
            last_used_at=now,
        )
        self.storage.sessions[session_id] = session
        recorded_at = self.storage.recorded_at.get(session_id)
        if recorded_at is None or recorded_at <= now - RENEWAL_EVENT_INTERVAL:
            self.storage.recorded_at[session_id] = now
            self.storage.note(EventType.SESSION_RENEWED, session.user_id, session.id)
        return RenewedSession(session, grants_of(self.storage, session.user_id))

    async def step_up(
        self, session_id: SessionId, *, methods: tuple[str, ...], proof: Proof, now: datetime
    ) -> Grants | None:
        caller = await self.find(session_id, now=now)
        if caller is None or not _holds(proof, caller.user, self.storage):
            return None
        stepped_up = replace(caller.session, authenticated_at=now, methods=methods)
        self.storage.sessions[session_id] = stepped_up
        self.storage.note(EventType.STEPPED_UP, caller.user.id, session_id)
        return grants_of(self.storage, caller.user.id)

    async def set_methods(
        self, user_id: UserId, methods: tuple[str, ...], *, session_id: SessionId | None = None
    ) -> None:
        for each in list(self.storage.sessions.values()):
            if each.user_id == user_id and each.ended_at is None and session_id in (None, each.id):
                self.storage.sessions[each.id] = replace(each, methods=methods)

    async def find(self, session_id: SessionId, *, now: datetime) -> AuthenticatedUser | None:
        session = self.storage.sessions.get(session_id)
        if session is None or not self._is_active(session, now):
            return None
        user = self.storage.users[session.user_id]
        return None if user.disabled_at else AuthenticatedUser(user, session)

    async def list_active(
        self, user_id: UserId, *, now: datetime, after: SessionCursor | None = None, limit: int
    ) -> list[Session]:
        found = self._living(user_id, now)
        if after:
            ids = [session.id for session in found]
            found = found[ids.index(after.id) + 1 :] if after.id in ids else found
            found = [session for session in found if session.created_at <= after.created_at]
        return found[:limit]

    async def revoke(self, user_id: UserId, *, session_id: SessionId, now: datetime) -> bool:
        if "\0" in session_id:
            raise ValueError("a text of PostgreSQL has no NUL")
        ending = [session for session in self._living(user_id, now) if session.id == session_id]
        for session in ending:
            self.storage.sessions[session.id] = replace(session, ended_at=now)
        return bool(ending)

    async def revoke_all(self, user_id: UserId, *, except_: SessionId | None = None, now: datetime) -> int:
        ending = [session for session in self._living(user_id, now) if session.id != except_]
        kept = [session for session in self._living(user_id, now) if session.id == except_]
        self.storage.epochs[user_id] = self.storage.epochs.get(user_id, 0) + 1
        for session in kept:
            self.storage.session_epochs[session.id] = self.storage.epochs[user_id]
        for session in ending[:MAX_COUNTED]:
            self.storage.sessions[session.id] = replace(session, ended_at=now)
        if len(ending) >= MAX_COUNTED:
            self.storage.revocations.append(Revocation.of_user(user_id, at=self.storage.clock.now()))
        return min(len(ending), MAX_COUNTED)

    async def _answers(self, session: Session, proof: ChallengeProof) -> bool:
        """Consume the challenge, and accept the step."""
        digests = [OneTimeTokenDigest(digest) for digest in proof.challenge]
        tokens, factors = FakeOneTimeTokenRepository(self.storage), FakeSecondFactorRepository(self.storage)
        purpose, now = Purpose.SECOND_FACTOR, session.created_at
        used = await tokens.consume(digests, purpose=purpose, now=now)
        if used is None or used.user_id != session.user_id:
            return False
        return proof.step is None or await factors.accept(session.user_id, Step(proof.step))

    def _living(self, user_id: UserId, now: datetime) -> list[Session]:
        found = [
            s for s in self.storage.sessions.values() if s.user_id == user_id and self._is_active(s, now)
        ]
        return sorted(found, key=lambda session: session.created_at, reverse=True)

    def _is_active(self, session: Session, now: datetime) -> bool:
        epoch = self.storage.epochs.get(session.user_id, 0)
        return session.is_active(now) and self.storage.session_epochs.get(session.id, 0) == epoch


class FakeAccountFactsReader:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def of_session(self, session_id: SessionId, *, now: datetime) -> AccountFacts | None:
        found = await FakeSessionRepository(self.storage).find(session_id, now=now)
        if found is None:
            return None
        user_id = found.user.id
        password = self.storage.passwords.get(user_id)
        return AccountFacts(
            user=found.user,
            addresses=await FakeEmailAddressRepository(self.storage).of_user(user_id),
            has_password=password is not None and password.is_usable,
            grants=grants_of(self.storage, user_id),
        )

"""What an `AccountFactsReader` promises."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_new_user, a_password_hash, a_session, an_address

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.roles.ports import RoleRepository, UserRole
from fastauth.domain.roles.role import ADMIN, AUDITOR, Grants
from fastauth.domain.sessions.account_facts import AccountFacts, AccountFactsReader
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import PasskeyProof
from fastauth.domain.sessions.session import Session, SessionId

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


class AccountFactsReaderContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def addresses(self, users: UserRepository) -> EmailAddressRepository: ...

    @abstractmethod
    @pytest.fixture
    def roles(self, users: UserRepository) -> RoleRepository: ...

    @abstractmethod
    @pytest.fixture
    def sessions(self, users: UserRepository) -> SessionRepository: ...

    @abstractmethod
    @pytest.fixture
    def reader(self, users: UserRepository) -> AccountFactsReader: ...

    async def test_without_anything(
        self, reader: AccountFactsReader, passwords: PasswordRepository, sessions: SessionRepository
    ) -> None:
        user = await passwords.add_user(a_new_user(), PasswordHash.unusable())
        session = await _started(sessions, user)
        assert await reader.of_session(session.id, now=NOW) == AccountFacts(
            user=user, addresses=UserAddresses(), has_password=False, grants=Grants()
        )

    async def test_with_everything(
        self,
        reader: AccountFactsReader,
        passwords: PasswordRepository,
        addresses: EmailAddressRepository,
        roles: RoleRepository,
        sessions: SessionRepository,
    ) -> None:
        """Of this account alone, and no address that was replaced."""
        user, other = [await passwords.add_user(a_new_user(), a_password_hash()) for _ in range(2)]
        for owner in (user, other):
            for address in (an_address(), an_address()):
                await addresses.add_pending(owner.id, address, now=NOW)
                await addresses.verify(owner.id, address.key, now=NOW)
            await addresses.add_pending(owner.id, an_address(), now=NOW)
        for role in (ADMIN, AUDITOR):
            await roles.grant(user.id, UserRole(role=role.name, granted_at=NOW))
        found, found_of_other = [
            await reader.of_session((await _started(sessions, owner)).id, now=NOW) for owner in (user, other)
        ]
        assert found
        assert found_of_other
        assert found == AccountFacts(
            user=user,
            addresses=await addresses.of_user(user.id),
            has_password=True,
            grants=await roles.grants_of(user.id),
        )
        assert found.addresses.verified
        assert found.addresses.pending
        assert found.grants.roles == ("admin", "auditor")
        assert (found_of_other.user, found_of_other.grants) == (other, Grants())

    async def test_session_must_be_active(
        self,
        reader: AccountFactsReader,
        users: UserRepository,
        passwords: PasswordRepository,
        sessions: SessionRepository,
    ) -> None:
        """It is active under the conditions of `SessionRepository.find`."""
        user, other, disabled = [await passwords.add_user(a_new_user(), a_password_hash()) for _ in range(3)]
        ended, expired, of_previous_epoch, of_disabled = [
            await _started(sessions, owner) for owner in (user, user, other, disabled)
        ]
        kept = await _started(sessions, other)
        await sessions.revoke(user.id, session_id=ended.id, now=NOW)
        await sessions.revoke_all(other.id, except_=kept.id, now=NOW)
        await users.set_disabled(disabled.id, NOW)
        later = expired.refresh_expires_at
        table = (
            (ended.id, NOW, False),
            (expired.id, later - timedelta(seconds=1), True),
            (expired.id, later, False),
            (of_previous_epoch.id, NOW, False),
            (kept.id, NOW, True),
            (of_disabled.id, NOW, False),
            (SessionId("unknown"), NOW, False),
        )
        for session_id, now, is_active in table:
            found = await reader.of_session(session_id, now=now)
            assert (found is not None) == is_active
            assert (await sessions.find(session_id, now=now) is not None) == is_active


async def _started(sessions: SessionRepository, user: User) -> Session:
    session = a_session(user, now=NOW)
    await sessions.add(session, proof=PasskeyProof(), max_sessions=9)
    return session

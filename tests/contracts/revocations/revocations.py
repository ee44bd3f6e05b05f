"""What a `RevocationLog` and a `RevocationReader` promise together."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
from tests.builders import a_name, a_new_user, a_password_hash, a_session

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.revocations.ports import RevocationLog, RevocationReader
from fastauth.domain.revocations.revocation import Revocation, RevocationKind, TokenIdentity
from fastauth.domain.roles.ports import RoleRepository, UserRole
from fastauth.domain.roles.role import declare_role
from fastauth.domain.roles.role_changes import RoleChanges
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import PasswordProof
from fastauth.domain.sessions.session import MAX_COUNTED

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
"""Before the times of all other tests; each test has a day of its own."""


class RevocationsContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def sessions(self) -> SessionRepository: ...

    @abstractmethod
    @pytest.fixture
    def roles(self) -> RoleRepository: ...

    @abstractmethod
    @pytest.fixture
    def log(self) -> RevocationLog: ...

    @abstractmethod
    @pytest.fixture
    def reader(self) -> RevocationReader: ...

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, users: UserRepository) -> ExpiredRows: ...

    async def a_user(self, passwords: PasswordRepository) -> User:
        return await passwords.add_user(a_new_user(), a_password_hash())

    async def test_purges_the_oldest_first(
        self, log: RevocationLog, reader: RevocationReader, expired_rows: ExpiredRows
    ) -> None:
        start = LONG_AGO - timedelta(days=1)
        times = [start + timedelta(seconds=seconds) for seconds in (3, 1, 2)]
        for at in times:
            await log.add(Revocation(at, RevocationKind.CLIENT, "purged"))
        last = max(times)
        assert await expired_rows.purge(Expired.REVOCATIONS, before=last, limit=1) == 1
        assert await self.times(reader, since=start) == sorted(times)[1:]
        purged = [await expired_rows.purge(Expired.REVOCATIONS, before=last, limit=9) for _ in range(2)]
        assert (purged, await self.times(reader, since=start)) == ([1, 0], [last])

    @staticmethod
    async def times(reader: RevocationReader, *, since: datetime) -> list[datetime]:
        return [each.at for each in await reader.read(since=since) if each.value == "purged"]

    async def test_reads_what_was_written_in_order(
        self, log: RevocationLog, reader: RevocationReader
    ) -> None:
        start = LONG_AGO
        written = [
            Revocation(start + timedelta(seconds=seconds), kind, value)
            for seconds, kind, value in (
                (1, RevocationKind.CLIENT, "c"),
                (1, RevocationKind.USER, "1"),
                (1, RevocationKind.USER, "2"),
                (2, RevocationKind.KEY, "a"),
                (3, RevocationKind.TOKEN, "a"),
            )
        ]
        for each in reversed(written):
            await log.add(each)
        found = [each for each in await reader.read(since=start) if each in written]
        assert found == written
        later = await reader.read(since=start + timedelta(seconds=1))
        assert [each for each in later if each in written] == written[3:]

    async def test_pages_continue_behind_the_last(self, log: RevocationLog, reader: RevocationReader) -> None:
        start = LONG_AGO + timedelta(days=1)
        at = start + timedelta(seconds=1)
        written = [Revocation(at, RevocationKind.USER, f"{number:03}") for number in range(10)]
        for each in written:
            await log.add(each)
        read = await reader.read(since=start, limit=4)
        while len(read) < len(written):
            read += await reader.read(since=start, after=read[-1], limit=4)
        assert read[: len(written)] == written

    async def test_has_ended_sessions(
        self, passwords: PasswordRepository, sessions: SessionRepository, reader: RevocationReader
    ) -> None:
        now, user = datetime.now(UTC), await self.a_user(passwords)
        ended, living = a_session(user, now=now), a_session(user, now=now)
        for each in (ended, living):
            await sessions.add(each, proof=PasswordProof(a_password_hash()), max_sessions=100)
        await sessions.revoke(user.id, session_id=ended.id, now=now)
        found = await reader.read(since=now - timedelta(seconds=1))
        values = {each.value for each in found if each.kind is RevocationKind.SESSION}
        assert values.intersection({ended.id, living.id}) == {ended.id}

    async def test_has_each_session_that_ends_with_all_others(
        self, passwords: PasswordRepository, sessions: SessionRepository, reader: RevocationReader
    ) -> None:
        """So the tokens of the kept session, and those of the next log-in, are accepted."""
        now, user = datetime.now(UTC), await self.a_user(passwords)
        several = [a_session(user, now=now) for _ in range(4)]
        for each in several:
            await sessions.add(each, proof=PasswordProof(a_password_hash()), max_sessions=100)
        await sessions.revoke_all(user.id, except_=several[0].id, now=now)
        found = {each.value for each in await reader.read(since=now - timedelta(seconds=1))}
        ids = {each.id for each in several} | {str(user.id)}
        assert found & ids == {each.id for each in several[1:]}

    async def test_end_of_very_many_sessions_revokes_the_tokens_of_the_user(
        self, passwords: PasswordRepository, sessions: SessionRepository, reader: RevocationReader
    ) -> None:
        """Its time is the moment of writing, not the time that the caller has given."""
        user = await self.a_user(passwords)
        for _ in range(MAX_COUNTED):
            session = a_session(user, now=LONG_AGO)
            await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=1_000)
        await sessions.revoke_all(user.id, now=LONG_AGO)
        found = await reader.read(since=LONG_AGO + timedelta(days=3_000))
        assert [each.kind for each in found if each.value == str(user.id)] == [RevocationKind.USER]

    async def test_has_each_user_of_a_role_once(
        self,
        passwords: PasswordRepository,
        roles: RoleRepository,
        log: RevocationLog,
        reader: RevocationReader,
    ) -> None:
        at = LONG_AGO + timedelta(days=2)
        with_both, with_one, without = [await self.a_user(passwords) for _ in range(3)]
        first, second = declare_role(a_name().lower()), declare_role(a_name().lower())
        await roles.apply(RoleChanges(added=(first, second)), now=at)
        for user, role in ((with_both, first), (with_both, second), (with_one, second)):
            await roles.grant(user.id, UserRole(role=role.name, granted_at=at))
        await log.add_for_roles([first.name, second.name], at=at)
        ids = {str(user.id) for user in (with_both, with_one, without)}
        of_users = [each for each in await reader.read(since=at - timedelta(seconds=1)) if each.value in ids]
        assert sorted(of_users) == sorted(
            Revocation.of_user(user.id, at=at) for user in (with_both, with_one)
        )

    async def test_tokens_that_were_revoked_one_by_one(
        self, log: RevocationLog, reader: RevocationReader
    ) -> None:
        start, one, two = LONG_AGO + timedelta(days=101), token_hex(8), token_hex(8)
        await log.add(Revocation(start + timedelta(seconds=1), RevocationKind.TOKEN, one))
        await log.add(Revocation(start + timedelta(seconds=2), RevocationKind.SESSION, two))
        assert {one, two} & await reader.token_ids(since=start) == {one}
        assert one not in await reader.token_ids(since=start + timedelta(seconds=1))

    async def test_what_concerns_a_token(self, log: RevocationLog, reader: RevocationReader) -> None:
        """As `Revocation.concerns` says it: of tokens and sessions at any time, of users by the time."""
        start, issued_at = LONG_AGO + timedelta(days=102), LONG_AGO + timedelta(days=102, seconds=10)
        table = [
            (kind, own, seconds)
            for kind in RevocationKind
            for own in (True, False)
            for seconds in (9, 10, 11)
        ]
        for kind, own, seconds in table:
            token = TokenIdentity(
                id=token_hex(8),
                subject=token_hex(8),
                client_id=token_hex(8),
                session_id=None if kind is RevocationKind.CLIENT else token_hex(8),
                issued_at=issued_at,
            )
            values = {
                RevocationKind.TOKEN: token.id,
                RevocationKind.SESSION: token.session_id,
                RevocationKind.USER: token.subject,
                RevocationKind.CLIENT: token.client_id,
            }
            value = values.get(kind) if own else token_hex(8)
            revocation = Revocation(start + timedelta(seconds=seconds), kind, value or token_hex(8))
            assert not await reader.is_revoked(token, since=start)
            await log.add(revocation)
            expected = own and (
                kind in {RevocationKind.TOKEN, RevocationKind.SESSION}
                or (kind in {RevocationKind.USER, RevocationKind.CLIENT} and seconds >= 10)
            )
            case = (kind, own, seconds)
            assert await reader.is_revoked(token, since=start) == expected == revocation.concerns(token), case
            assert not await reader.is_revoked(token, since=revocation.at), case

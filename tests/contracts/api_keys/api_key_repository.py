"""What an `ApiKeyRepository` promises."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_name, a_new_user, an_api_key

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.api_keys.api_key import MAX_API_KEYS, ApiKey
from fastauth.domain.api_keys.errors import TooManyApiKeys
from fastauth.domain.api_keys.key_text import ApiKeyId
from fastauth.domain.api_keys.ports import ApiKeyRepository
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired
from fastauth.domain.roles.ports import RoleRepository, UserRole
from fastauth.domain.roles.role import declare_role
from fastauth.domain.roles.role_changes import RoleChanges

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)
UNKNOWN = ApiKeyId("0000000000000000")


class ApiKeyRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def roles(self, users: UserRepository) -> RoleRepository: ...

    @abstractmethod
    @pytest.fixture
    def api_keys(self, users: UserRepository) -> ApiKeyRepository: ...

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, users: UserRepository) -> ExpiredRows: ...

    @pytest.fixture
    async def user(self, users: UserRepository) -> User:
        return await users.add(a_new_user())

    @pytest.fixture
    async def other(self, users: UserRepository) -> User:
        return await users.add(a_new_user())

    @staticmethod
    async def added(api_keys: ApiKeyRepository, user: User, *, now: datetime = NOW, days: int = 1) -> ApiKey:
        key = an_api_key(user, now=now, days=days)
        await api_keys.add(key)
        return key

    async def test_unknown_key(self, api_keys: ApiKeyRepository, user: User) -> None:
        assert await api_keys.find(UNKNOWN) is None
        assert await api_keys.of_user(user.id) == ()
        assert await api_keys.revoke(UNKNOWN, now=NOW) is None
        await api_keys.mark_used({UNKNOWN: NOW})
        await api_keys.mark_used({})

    async def test_stored_key_is_as_it_was_added(self, api_keys: ApiKeyRepository, user: User) -> None:
        key = an_api_key(user, now=NOW, scopes={"orders:read", "orders:write"})
        await api_keys.add(key)
        found = await api_keys.find(key.id)
        assert found
        assert (found.key, found.owner.id, found.owner.username) == (key, user.id, user.username)
        assert found.grants.permissions == ()
        assert found.key.digest == key.digest
        assert await api_keys.of_user(user.id) == (key,)

    async def test_found_with_what_the_owner_has_now(
        self, api_keys: ApiKeyRepository, roles: RoleRepository, users: UserRepository, user: User
    ) -> None:
        key = await self.added(api_keys, user)
        role = declare_role(a_name().lower(), permissions=["orders:read", "orders:write"])
        await roles.apply(RoleChanges(added=(role,)), now=NOW)
        await roles.grant(user.id, UserRole(role=role.name, granted_at=NOW))
        found = await api_keys.find(key.id)
        assert found
        assert found.grants.permissions == ("orders:read", "orders:write")
        await roles.revoke(user.id, role.name)
        await users.set_disabled(user.id, NOW)
        found = await api_keys.find(key.id)
        assert found
        assert (found.grants.permissions, found.owner.disabled_at) == ((), NOW)

    async def test_newest_first(self, api_keys: ApiKeyRepository, user: User, other: User) -> None:
        first, second = await self.added(api_keys, user), await self.added(api_keys, user, now=LATER)
        await self.added(api_keys, other)
        assert await api_keys.of_user(user.id) == (second, first)

    async def test_at_most_fifty_valid_ones(self, api_keys: ApiKeyRepository, user: User) -> None:
        """Expired and revoked ones do not count."""
        await self.added(api_keys, user, now=NOW - timedelta(days=1), days=1)
        revoked = await self.added(api_keys, user)
        await api_keys.revoke(revoked.id, now=NOW)
        keys = [await self.added(api_keys, user) for _ in range(MAX_API_KEYS)]
        with pytest.raises(TooManyApiKeys):
            await self.added(api_keys, user)
        await api_keys.revoke(keys[0].id, now=NOW)
        await self.added(api_keys, user)

    async def test_concurrent_keys_keep_to_the_limit(self, api_keys: ApiKeyRepository, user: User) -> None:
        for _ in range(MAX_API_KEYS - 1):
            await self.added(api_keys, user)
        given = [api_keys.add(an_api_key(user, now=NOW)) for _ in range(4)]
        results = await asyncio.gather(*given, return_exceptions=True)
        assert sorted(type(each).__name__ for each in results) == ["NoneType", *["TooManyApiKeys"] * 3]

    async def test_revoke(self, api_keys: ApiKeyRepository, user: User, other: User) -> None:
        key = await self.added(api_keys, user)
        assert await api_keys.revoke(key.id, user_id=other.id, now=LATER) is None
        assert await api_keys.revoke(key.id, user_id=user.id, now=LATER) == user.id
        assert await api_keys.revoke(key.id, user_id=user.id, now=LATER) is None
        found = await api_keys.find(key.id)
        assert found
        assert found.key.revoked_at == LATER
        assert await api_keys.of_user(user.id) == ()

    async def test_unused(self, api_keys: ApiKeyRepository, user: User, other: User) -> None:
        since = datetime(2002, 1, 1, tzinfo=UTC)  # before the keys of all other tests
        made = [await self.added(api_keys, user, now=since - n * MOMENT, days=9_000) for n in (1, 2, 3)]
        third = await self.added(api_keys, other, now=since - 4 * MOMENT, days=9_000)
        used, revoked = made[0], made[1]
        await api_keys.mark_used({used.id: since, third.id: since - MOMENT})
        await api_keys.revoke(revoked.id, now=since)
        await self.added(api_keys, user, now=since, days=9_000)
        await self.added(api_keys, user, now=since - MOMENT, days=1)
        now = since + timedelta(days=100)
        found = await api_keys.unused(since=since, now=now, limit=9)
        assert [key.id for key in found] == [third.id, made[2].id]
        assert [key.id for key in await api_keys.unused(since=since, now=now, limit=1)] == [third.id]

    async def test_purge(self, api_keys: ApiKeyRepository, expired_rows: ExpiredRows, user: User) -> None:
        """Expired and revoked keys go, whichever came first."""
        end = NOW - timedelta(days=2_000)  # before any other test's keys
        while await expired_rows.purge(Expired.API_KEYS, before=end + timedelta(days=1), limit=100):
            pass
        expired = [await self.added(api_keys, user, now=end - timedelta(days=1)) for _ in range(2)]
        revoked, kept = await self.added(api_keys, user, days=3_000), await self.added(api_keys, user)
        await api_keys.revoke(revoked.id, now=end)
        assert await expired_rows.purge(Expired.API_KEYS, before=end, limit=9) == 0
        purged = [await expired_rows.purge(Expired.API_KEYS, before=end + MOMENT, limit=1) for _ in range(4)]
        assert (sum(purged), purged[-1]) == (3, 0)
        found = [await api_keys.find(key.id) for key in (*expired, revoked, kept)]
        assert [each and each.key.id for each in found] == [None, None, None, kept.id]

    async def test_revoke_of_any_account(self, api_keys: ApiKeyRepository, user: User) -> None:
        key = await self.added(api_keys, user)
        assert await api_keys.revoke(key.id, now=LATER) == user.id

    async def test_of_concurrent_revocations_one_counts(self, api_keys: ApiKeyRepository, user: User) -> None:
        key = await self.added(api_keys, user)
        owners = await asyncio.gather(*(api_keys.revoke(key.id, now=LATER) for _ in range(4)))
        assert sorted(owners, key=str) == [user.id, None, None, None]

    async def test_revoke_all(self, api_keys: ApiKeyRepository, user: User, other: User) -> None:
        keys = [await self.added(api_keys, user) for _ in range(3)]
        await self.added(api_keys, user, now=NOW - timedelta(days=2), days=1)
        await api_keys.revoke(keys[0].id, now=NOW)
        kept = await self.added(api_keys, other)
        assert await api_keys.revoke_all(user.id, now=LATER) == tuple(sorted(key.id for key in keys[1:]))
        assert await api_keys.revoke_all(user.id, now=LATER) == ()
        assert await api_keys.of_user(other.id) == (kept,)

    async def test_last_use(self, api_keys: ApiKeyRepository, user: User) -> None:
        """A process that stores its uses late does not set an earlier time."""
        first, second = await self.added(api_keys, user), await self.added(api_keys, user, now=LATER)
        await api_keys.mark_used({first.id: NOW, second.id: LATER})
        await api_keys.mark_used({first.id: LATER, second.id: NOW})
        assert [key.last_used_at for key in await api_keys.of_user(user.id)] == [LATER, LATER]

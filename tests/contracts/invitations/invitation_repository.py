"""What an `InvitationRepository` guarantees."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_new_user, an_address

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.invitations.invitation import NewInvitation
from fastauth.domain.invitations.ports import InvitationRepository
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired

NOW = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
MOMENT, WEEK = timedelta(microseconds=1), timedelta(days=7)


class InvitationRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def invitations(self, users: UserRepository) -> InvitationRepository: ...

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, users: UserRepository) -> ExpiredRows: ...

    @pytest.fixture
    async def new(self, users: UserRepository) -> NewInvitation:
        return NewInvitation(
            email=an_address(),
            locale="de",
            roles=("auditor", "clerk"),
            invited_by=(await users.add(a_new_user())).id,
            created_at=NOW,
            expires_at=NOW + WEEK,
        )

    async def test_until_it_expires(self, invitations: InvitationRepository, new: NewInvitation) -> None:
        stored = await invitations.add(new)
        assert {name: getattr(stored, name) for name in new.__dataclass_fields__} == {
            name: getattr(new, name) for name in new.__dataclass_fields__
        }
        operators = await invitations.add(replace(new, invited_by=None, locale=None, roles=()))
        assert await invitations.find(operators.id, now=NOW) == operators
        end = NOW + WEEK
        assert await invitations.find(stored.id, now=end - MOMENT) == stored
        assert await invitations.find(stored.id, now=end) is None
        assert await invitations.take(stored.id, now=end) is None
        listed = await invitations.page(after=None, now=end - MOMENT, limit=1_000)
        assert stored in listed
        assert [each.id for each in listed] == sorted(each.id for each in listed)
        assert stored not in await invitations.page(after=None, now=end, limit=1_000)
        assert await invitations.page(after=stored.id, now=NOW, limit=1) == [operators]

    async def test_one_call_takes_it(self, invitations: InvitationRepository, new: NewInvitation) -> None:
        stored = await invitations.add(new)
        taken = await asyncio.gather(*(invitations.take(stored.id, now=NOW) for _ in range(8)))
        assert sorted(taken, key=bool) == [None] * 7 + [stored]
        assert not await invitations.remove(stored.id)

    async def test_remove(self, invitations: InvitationRepository, new: NewInvitation) -> None:
        stored, other = await invitations.add(new), await invitations.add(new)
        assert await invitations.remove(stored.id)
        assert await invitations.take(stored.id, now=NOW) is None
        assert await invitations.take(other.id, now=NOW) == other

    async def test_id_is_never_given_again(
        self, invitations: InvitationRepository, new: NewInvitation
    ) -> None:
        """A token names the id: that of a withdrawn invitation must not open the next one (CWE-639)."""
        withdrawn = await invitations.add(new)
        await invitations.remove(withdrawn.id)
        accepted = await invitations.add(new)
        await invitations.take(accepted.id, now=NOW)
        assert (await invitations.add(new)).id > accepted.id > withdrawn.id

    async def test_purge(
        self, invitations: InvitationRepository, new: NewInvitation, expired_rows: ExpiredRows
    ) -> None:
        while await expired_rows.purge(Expired.INVITATIONS, before=new.expires_at + MOMENT, limit=100):
            pass
        await invitations.add(new)
        assert await expired_rows.purge(Expired.INVITATIONS, before=new.expires_at, limit=10) == 0
        assert await expired_rows.purge(Expired.INVITATIONS, before=new.expires_at + MOMENT, limit=10) == 1

"""Search of accounts and of events in memory."""

from collections.abc import Iterator
from dataclasses import replace

from tests.fakes.audit import FakeAuditTrail
from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.administration.event_search import MAX_EXAMINED_EVENTS, EventPlace, FoundEvents
from fastauth.domain.administration.user_search import (
    MAX_EXAMINED,
    FoundUsers,
    ListedUser,
    UserFilter,
    UserPlace,
)
from fastauth.domain.audit.trail import AuditFilter
from fastauth.domain.email_addresses.record import AddressRecord


class FakeUserSearch:
    def __init__(self, storage: FakeStorage, examined: int = MAX_EXAMINED) -> None:
        self.storage = storage
        self.examined = examined

    async def page(self, wanted: UserFilter, *, after: UserPlace | None, limit: int) -> FoundUsers:
        places = sorted(
            (
                each
                for each in self._places(wanted)
                if after is None or (each[0].key, each[0].id) > (after.key, after.id)
            ),
            key=lambda each: (each[0].key, each[0].id),
        )
        is_narrowed = wanted.disabled is not None or wanted.role is not None
        examined = places[: self.examined] if is_narrowed else places
        matching = [each for each in examined if self._matches(wanted, each[1])]
        shown = matching[:limit]
        following = None
        if len(matching) > limit:
            following = shown[-1][0]
        elif len(places) > len(examined):
            following = examined[-1][0]
        return FoundUsers(users=tuple(self._listed(*each) for each in shown), next=following)

    def _places(self, wanted: UserFilter) -> Iterator[tuple[UserPlace, User, str | None]]:
        """Yield every account that the order of the search leads to, with its place and its address."""
        if wanted.email_prefixes:
            for record in self.storage.addresses.values():
                if self._is_found(record) and record.address.key.startswith(wanted.email_prefixes):
                    place = UserPlace(record.id, record.address.key)
                    yield place, self.storage.users[record.user_id], record.address.text
            return
        for user in self.storage.users.values():
            key = user.username.canonical if wanted.username_prefixes else ""
            if key.startswith(wanted.username_prefixes or ("",)):
                yield UserPlace(user.id, key), user, self._verified_address(user.id)

    def _matches(self, wanted: UserFilter, user: User) -> bool:
        return wanted.disabled in {None, user.disabled_at is not None} and (
            wanted.role is None or wanted.role in self._roles(user.id)
        )

    def _roles(self, user_id: UserId) -> tuple[str, ...]:
        return tuple(sorted(each.role for each in self.storage.user_roles.get(user_id, ())))

    def _verified_address(self, user_id: UserId) -> str | None:
        records = (each for each in self.storage.addresses.values() if each.user_id == user_id)
        return next(
            (each.address.text for each in records if each.verified_at and not each.replaced_at), None
        )

    def _is_found(self, record: AddressRecord) -> bool:
        if record.replaced_at:
            return False
        return record.verified_at is not None or self._verified_address(record.user_id) is None

    def _listed(self, _place: UserPlace, user: User, email: str | None) -> ListedUser:
        erasure = self.storage.erasures.get(user.id)
        return ListedUser(
            user=user,
            email=email,
            roles=self._roles(user.id),
            erase_at=erasure.erase_at if erasure and erasure.erased_at is None else None,
        )


class FakeEventSearch:
    def __init__(self, storage: FakeStorage, examined: int = MAX_EXAMINED_EVENTS) -> None:
        self.examined = examined
        self.trail = FakeAuditTrail(storage)

    async def page(self, wanted: AuditFilter, *, before: EventPlace | None, limit: int) -> FoundEvents:
        every = await self.trail.page(replace(wanted, type=None), before=None, limit=1_000_000)
        older = [
            entry
            for entry in every
            if before is None or (entry.event.occurred_at, entry.id) < (before.occurred_at, before.id)
        ]
        examined = older[: self.examined] if wanted.type else older
        matching = [entry for entry in examined if wanted.type in {None, entry.event.type}]
        last = None
        if len(matching) > limit:
            last = matching[limit - 1]
        elif len(older) > len(examined):
            last = examined[-1]
        place = EventPlace(last.event.occurred_at, last.id) if last else None
        return FoundEvents(entries=tuple(matching[:limit]), next=place)

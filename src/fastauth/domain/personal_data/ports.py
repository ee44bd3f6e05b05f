"""Ports to erasures, and to all that is stored of a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import UsernameDigest
from fastauth.domain.personal_data.erasure import Erasure, ListedErasure, NameDigest, Receipt

Rows = Sequence[Mapping[str, object]]


class PersonalDataReader(Protocol):
    """All that is stored of a person."""

    async def read(self, user_id: UserId) -> Mapping[str, Rows]:
        """Return the exported columns of the rows of an account, by the names of tables and columns.

        Tables without a row of the account are left out. The network address of an event is left out if
        another person acted on the account: it is not the person's.
        """


class TakenNames(Protocol):
    """Usernames of accounts, and of erased ones."""

    async def is_taken(self, name: Username, digests: Sequence[NameDigest], *, now: datetime) -> bool:
        """Return whether an account has the username, or an erased one with one of `digests` lets it rest.

        It is one statement: no erasure takes place between the two questions.
        """


class ErasureRepository(TakenNames, Protocol):
    """Erasures of accounts. One statement decides in each method: concurrent calls cannot both win."""

    async def request(self, erasure: Erasure) -> bool:
        """Store an erasure; return false if the account has one already."""

    async def find(self, user_id: UserId) -> Erasure | None:
        """Return the erasure of an account, pending or done."""

    async def withdraw(self, user_id: UserId) -> Erasure | None:
        """Delete and return a pending erasure; ``None`` if there is none."""

    async def note_disabled(self, user_id: UserId, *, now: datetime) -> None:
        """Note that an operator disables an account that is closing: it stays disabled if it is kept."""

    async def due(self, *, now: datetime, after: Erasure | None, limit: int) -> list[Erasure]:
        """Return erasures that are due and not done, in the order of their times, those behind `after`."""

    async def mark_erased(
        self,
        user_id: UserId,
        *,
        now: datetime,
        name_digest: NameDigest | None,
        name_rests_until: datetime,
    ) -> bool:
        """Mark an erasure that is due as done; return false if there is none, before any other change.

        `name_digest` is that of the username as it is now; ``None`` keeps that of the request.
        """

    async def delete_account(self, user_id: UserId, *, tried_names: Sequence[UsernameDigest]) -> None:
        """Delete an account and its rows.

        In rows that stay, such as audit events, what relates to the person is cleared: see the register.
        `tried_names` are the digests of the username in events of failed log-ins.
        """

    async def clear_again(self, *, erased_since: datetime) -> None:
        """Clear the same in rows that stay, of all accounts that were erased since a time.

        A request that began before an erasure may have recorded an event after it.
        """

    async def page(self, *, after: UserId | None, limit: int) -> list[ListedErasure]:
        """Return erasures in the order of the ids of their accounts, each with its receipts."""

    async def confirm(self, receipt: Receipt) -> None:
        """Store a receipt. The first one of a consumer stays."""

    async def purge(self, *, before: datetime, now: datetime) -> int:
        """Delete erasures that were done before a time, and whose names are free; return how many."""

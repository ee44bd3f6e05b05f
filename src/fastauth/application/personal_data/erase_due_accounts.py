"""Erase the accounts whose time has come."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from fastauth.domain.accounts.user import UserId
from fastauth.domain.clock import Clock
from fastauth.domain.errors import Unavailable
from fastauth.domain.personal_data.erasure import Erasure
from fastauth.domain.personal_data.ports import ErasureRepository

AT_ONCE = 100
"""Accounts that one round tries at most. The next round follows within two minutes."""

LATE = timedelta(hours=1)
"""How long after an erasure events of the account are cleared again. No transaction takes so long."""


@dataclass(slots=True, kw_only=True)
class EraseDueAccounts:
    """Erase accounts that have closed long enough ago, and purge old erasures.

    A round goes on behind the last account that the one before tried. So accounts that cannot be erased are
    tried in turn, and hold up no others. A request that began before an erasure may record an event with a
    network address after it; a later round clears that.
    """

    erasures: ErasureRepository
    erase_account: Callable[[UserId], Awaitable[bool]]
    retention: timedelta
    """How long erasures are listed: as long as the audit trail has events."""
    clock: Clock
    _after: Erasure | None = field(default=None, init=False)

    async def __call__(self) -> int:
        """Return how many accounts were erased. Several processes may do this at once.

        Raises:
            StorageUnavailable: Try again later. The next round begins with another account.
            Exception: The first failure of an account, such as a foreign key of another application. The
                others are erased.
        """
        now = self.clock.now()
        due = await self.erasures.due(now=now, after=self._after, limit=AT_ONCE)
        erased, failures = 0, []
        for each in due:
            self._after = each
            try:
                erased += await self.erase_account(each.user_id)
            except Unavailable:  # also if this account takes longer than a statement may
                raise
            except Exception as failure:  # noqa: BLE001  one account must not keep the others
                failures.append(failure)
        if len(due) < AT_ONCE:
            self._after = None
        await self.erasures.clear_again(erased_since=now - LATE)
        await self.erasures.purge(before=now - self.retention, now=now)
        if failures:
            raise failures[0]
        return erased

"""List the open invitations."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.invitations.invitation import Invitation, InvitationId
from fastauth.domain.invitations.ports import InvitationRepository
from fastauth.domain.list_cursor import CursorCodec, ListPage
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_USERS

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
_LIST = "invitations"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInvitations:
    """List invitations that were neither accepted nor withdrawn and have not expired, the oldest first."""

    invitations: InvitationRepository
    cursors: CursorCodec
    clock: Clock

    async def __call__(
        self, *, acting: Principal | None, after: str | None = None, limit: int = DEFAULT_LIMIT
    ) -> ListPage[Invitation]:
        """Return a page of at most `limit`; `after` is the cursor of the page before.

        ``None`` in place of `acting` stands for an operator.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.read``.
            InvalidInput: The cursor is not of this list.
            StorageUnavailable: Try again later.
        """
        if acting is not None:
            acting.require(READ_USERS)
        position = self.cursors.position(_LIST, after)
        behind = InvitationId(int(position[0])) if position else None
        found = await self.invitations.page(after=behind, now=self.clock.now(), limit=limit + 1)
        return self.cursors.page(_LIST, found, limit=limit, position=lambda each: (each.id,))

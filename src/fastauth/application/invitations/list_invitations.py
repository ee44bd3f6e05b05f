"""List the open invitations."""

from dataclasses import dataclass

from fastauth.domain.administration.errors import NOT_A_PLACE
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput
from fastauth.domain.invitations.invitation import Invitation, InvitationId
from fastauth.domain.invitations.ports import InvitationRepository
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_USERS
from fastauth.domain.sealed_cursor import SealedCursors

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
_LIST = "invitations"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationPage:
    """A page of invitations."""

    invitations: tuple[Invitation, ...]
    next: str | None
    """The cursor of the next page; ``None`` after the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInvitations:
    """List invitations that were neither accepted nor withdrawn and have not expired, the oldest first."""

    invitations: InvitationRepository
    cursors: SealedCursors
    clock: Clock

    async def __call__(
        self, *, acting: Principal | None, after: str | None = None, limit: int = DEFAULT_LIMIT
    ) -> InvitationPage:
        """Return a page of at most `limit`; `after` is the cursor of the page before.

        ``None`` in place of `acting` stands for an operator.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.read``.
            InvalidInput: The cursor is not of this list.
            StorageUnavailable: Try again later.
        """
        if acting is not None:
            acting.require(READ_USERS)
        position = self.cursors.open(_LIST, after) if after is not None else (0,)
        if position is None:
            raise InvalidInput(NOT_A_PLACE)
        found = await self.invitations.page(
            after=InvitationId(int(position[0])), now=self.clock.now(), limit=limit + 1
        )
        page = found[:limit]
        following = self.cursors.seal(_LIST, page[-1].id) if len(found) > limit else None
        return InvitationPage(invitations=tuple(page), next=following)

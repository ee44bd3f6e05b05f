"""Parameters in the paths of the console."""

import re
from typing import Annotated

from fastapi import Depends

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.invitations.errors import InvitationNotFound
from fastauth.domain.invitations.invitation import InvitationId
from fastauth.domain.signing_keys.errors import SigningKeyNotFound

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
"""Every such number fits the column, a signed integer of 64 bits."""
_KID = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def parse_user_id(text: str) -> UserId:
    """Return the id of an account.

    Raises:
        UserNotFound: No account has such an id.
    """
    if not _NUMBER.fullmatch(text):
        raise UserNotFound
    return UserId(int(text))


async def _user_id(user_id: str) -> UserId:
    return parse_user_id(user_id)


async def _kid(kid: str) -> str:
    if not _KID.fullmatch(kid):
        raise SigningKeyNotFound
    return kid


async def _invitation_id(invitation_id: str) -> InvitationId:
    if not _NUMBER.fullmatch(invitation_id):
        raise InvitationNotFound
    return InvitationId(int(invitation_id))


UserIdDep = Annotated[UserId, Depends(_user_id)]
"""The account of the path. A text that is no id is no account: the answer is a page."""

KidDep = Annotated[str, Depends(_kid)]
"""The signing key of the path, a thumbprint of SHA-256 (RFC 7638)."""

InvitationIdDep = Annotated[InvitationId, Depends(_invitation_id)]
"""The invitation of the path."""

"""Parameters in the paths of the console."""

import re
from typing import Annotated

from fastapi import Depends

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.roles.errors import RoleNotFound

_USER_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
"""Every such number fits the column, a signed integer of 64 bits."""
_ROLE = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.ASCII)


def parse_user_id(text: str) -> UserId:
    """Return the id of an account.

    Raises:
        UserNotFound: No account has such an id.
    """
    if not _USER_ID.fullmatch(text):
        raise UserNotFound
    return UserId(int(text))


async def _user_id(user_id: str) -> UserId:
    return parse_user_id(user_id)


async def _role(role: str) -> str:
    if not _ROLE.fullmatch(role):
        raise RoleNotFound
    return role


UserIdDep = Annotated[UserId, Depends(_user_id)]
"""The account of the path. A text that is no id is no account: the answer is a page."""

RoleDep = Annotated[str, Depends(_role)]
"""The role of the path."""

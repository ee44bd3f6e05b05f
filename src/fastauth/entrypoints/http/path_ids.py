"""Ids and names in paths. A text that cannot be one is answered like one that is not stored."""

from typing import Annotated

from fastapi import Depends
from starlette.convertors import IntegerConvertor, register_url_convertor

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.clients.client_id import CLIENT_ID, ClientId
from fastauth.domain.clients.errors import ClientNotFound
from fastauth.domain.invitations.errors import InvitationNotFound
from fastauth.domain.invitations.invitation import InvitationId
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.role import ROLE_NAME

MAX_ID = 2**63 - 1
"""The largest number that both databases store."""


class _IdConvertor(IntegerConvertor):
    """A number in a path: ``{user_id:id}``. With ``int`` Python refuses to convert a path of 4 301 digits."""

    regex = "[0-9]{1,100}"


register_url_convertor("id", _IdConvertor())


async def _user_id(user_id: int) -> UserId:
    if user_id > MAX_ID:
        raise UserNotFound
    return UserId(user_id)


async def _invitation_id(invitation_id: int) -> InvitationId:
    if invitation_id > MAX_ID:
        raise InvitationNotFound
    return InvitationId(invitation_id)


async def _role(role: str) -> str:
    if not ROLE_NAME.fullmatch(role):
        raise RoleNotFound
    return role


async def _client_id(client_id: str) -> ClientId:
    if not CLIENT_ID.fullmatch(client_id):
        raise ClientNotFound
    return ClientId(client_id)


UserIdDep = Annotated[UserId, Depends(_user_id)]
InvitationIdDep = Annotated[InvitationId, Depends(_invitation_id)]
RoleDep = Annotated[str, Depends(_role)]
ClientIdDep = Annotated[ClientId, Depends(_client_id)]

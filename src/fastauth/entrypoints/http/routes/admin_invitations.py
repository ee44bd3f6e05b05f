"""``/admin/invitations``: invite people to have an account."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import BaseModel, Field, StrictInt

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.application.invitations.list_invitations import DEFAULT_LIMIT, MAX_LIMIT
from fastauth.domain.accounts.errors import RegistrationClosed
from fastauth.domain.delegation.errors import PermissionNotHeld
from fastauth.domain.errors import NotOffered
from fastauth.domain.invitations.errors import InvitationNotFound
from fastauth.domain.invitations.invitation import DEFAULT_DAYS, MAX_DAYS, Invitation
from fastauth.domain.roles.errors import RoleNotFound, TooManyPermissions
from fastauth.domain.roles.permissions import WRITE_USERS
from fastauth.entrypoints.http.dependencies import PRINCIPAL_ERRORS, ContainerDep, PrincipalDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.pagination import PAGE_HEADERS, next_link, page_parameters, parse_limit
from fastauth.entrypoints.http.path_ids import InvitationIdDep
from fastauth.entrypoints.http.query import QueryValues, query_parameters, single_values
from fastauth.entrypoints.http.repeatable_route import RepeatableRoute

router = APIRouter(
    prefix="/admin/invitations", tags=["administration"], route_class=RepeatableRoute.needing(WRITE_USERS)
)

_PARAMETERS = query_parameters(**page_parameters(default=DEFAULT_LIMIT, maximum=MAX_LIMIT))


class InviteRequest(BaseModel):
    """The person who is invited, and what they get."""

    email: str = Field(description="At most 254 characters.", examples=["ann@example.com"])
    roles: list[str] = Field(default=[], description="Names of roles that the account gets.")
    expires_in_days: StrictInt = Field(default=DEFAULT_DAYS, description=f"1 to {MAX_DAYS}.")
    locale: str | None = Field(default=None, description="The language of the mail (BCP 47).")


class InvitationResponse(BaseModel):
    """An invitation that was neither accepted nor withdrawn. Its token is only in the mail."""

    id: int
    email: str = Field(examples=["ann@example.com"])
    roles: list[str]
    invited_by: int | None = Field(description="The account that invited; null for an operator or a client.")
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationResponse":
        """Return the response for an invitation."""
        return cls(
            id=invitation.id,
            email=invitation.email.text,
            roles=list(invitation.roles),
            invited_by=invitation.invited_by,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
        )


async def _query(request: Request, limit: QueryValues = None, after: QueryValues = None) -> dict[str, str]:
    return single_values(request, limit=limit, after=after)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Invite a user",
    responses=problems(
        *PRINCIPAL_ERRORS,
        NotOffered,
        RegistrationClosed,
        RoleNotFound,
        PermissionNotHeld,
        TooManyPermissions,
        body=True,
    ),
)
async def invite_by_admin(
    body: InviteRequest, acting: PrincipalDep, container: ContainerDep
) -> InvitationResponse:
    """Send a mail with a link by which an account is created, or an existing one gets the roles.

    The response does not depend on whether an account has the address. To promise roles, a user also needs
    the permission to give roles and each permission in them, also when the invitation is accepted.
    Needs `fastauth:users.write`.
    """
    request = InvitationRequest(
        email=body.email, roles=body.roles, expires_in_days=body.expires_in_days, locale=body.locale
    )
    return InvitationResponse.of(await container.invite_by_admin()(acting=acting, request=request))


@router.get(
    "",
    summary="List invitations",
    responses={**problems(*PRINCIPAL_ERRORS, query=True), 200: PAGE_HEADERS},
    openapi_extra=_PARAMETERS,
)
async def list_invitations(
    values: Annotated[dict[str, str], Depends(_query)],
    response: Response,
    acting: PrincipalDep,
    container: ContainerDep,
) -> list[InvitationResponse]:
    """List invitations that can be accepted, the oldest first. Needs `fastauth:users.read`."""
    limit = parse_limit(values.get("limit"), default=DEFAULT_LIMIT, maximum=MAX_LIMIT)
    page = await container.list_invitations()(acting=acting, after=values.get("after"), limit=limit)
    if page.next:
        response.headers["Link"] = next_link(values, page.next)
    return [InvitationResponse.of(each) for each in page.items]


@router.delete(
    "/{invitation_id:id}",
    **NO_CONTENT,
    summary="Withdraw an invitation",
    responses=problems(*PRINCIPAL_ERRORS, InvitationNotFound),
)
async def withdraw_invitation(
    invitation_id: InvitationIdDep, acting: PrincipalDep, container: ContainerDep
) -> None:
    """Withdraw an invitation: its link is no longer valid. Needs `fastauth:users.write`."""
    await container.withdraw_invitation()(acting=acting, invitation_id=invitation_id)

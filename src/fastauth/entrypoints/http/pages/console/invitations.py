"""``/console/invitations``: invite people to have an account. The link is in the mail alone."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.domain.accounts.registration_mode import RegistrationMode
from fastauth.domain.errors import FastauthError, NotOffered
from fastauth.domain.invitations.invitation import DEFAULT_DAYS
from fastauth.domain.roles.permissions import READ_ROLES, WRITE_ROLES, WRITE_USERS
from fastauth.entrypoints.http.pages.console.console_page import PAGE_SIZE, ConsolePage, ConsolePageDep
from fastauth.entrypoints.http.pages.console.ids import InvitationIdDep
from fastauth.entrypoints.http.pages.forms import small_number
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/console/invitations", route_class=PageRoute, include_in_schema=False)
new_router = APIRouter(prefix="/console/new-invitation", route_class=PageRoute, include_in_schema=False)
NEW = {"email": "", "roles": "", "expires_in_days": str(DEFAULT_DAYS), "locale": ""}


@router.api_route("", methods=["GET", "HEAD"])
async def list_invitations(page: ConsolePageDep) -> Response:
    """Return the open invitations, the oldest first, page by page."""
    return await _list(page)


@router.post("/{invitation_id}/withdraw")
async def withdraw(page: ConsolePageDep, invitation_id: InvitationIdDep) -> Response:
    """Withdraw an invitation. There is no page of confirmation: another invitation gives the same."""
    await page.form()
    page.check_may_act(WRITE_USERS)
    return await page.attempt(
        page.container.withdraw_invitation()(acting=page.acting, invitation_id=invitation_id),
        done=lambda _: page.lead_to("/invitations", done="invitations.withdraw"),
        refused=lambda error: _list(page, error),
    )


@new_router.api_route("", methods=["GET", "HEAD"])
async def show_new(page: ConsolePageDep) -> Response:
    """Return the form for an invitation."""
    page.check_may_act(WRITE_USERS)
    if not _is_offered(page):
        raise NotOffered
    return await _form(page, NEW)


@new_router.post("")
async def invite(page: ConsolePageDep) -> Response:
    """Send the mail with the link."""
    given = await page.fields(*NEW)
    page.check_may_act(WRITE_USERS)
    request = InvitationRequest(
        email=given["email"].strip(),
        roles=given["roles"].split(),
        expires_in_days=small_number(given["expires_in_days"]),
        locale=given["locale"] or None,
    )
    return await page.attempt_once(
        partial(page.container.invite_by_admin(), acting=page.acting, request=request),
        permission=WRITE_USERS,
        done=lambda _: page.lead_to("/invitations", done="invitations.invite"),
        refused=lambda error: _form(page, given, error),
    )


def _is_offered(page: ConsolePage) -> bool:
    settings = page.container.settings()
    return settings.sends_mail and settings.registration is not RegistrationMode.OFF


async def _list(page: ConsolePage, error: FastauthError | None = None) -> Response:
    query = page.query("after")
    search = page.container.list_invitations()(
        acting=page.acting, after=query["after"] or None, limit=PAGE_SIZE
    )
    found, malformed = await page.find(search)
    return page.show(
        "invitations.html",
        error=error or malformed,
        section="invitations",
        found=found,
        query=query,
        is_offered=_is_offered(page),
        may_write=page.may(WRITE_USERS),
    )


async def _form(page: ConsolePage, given: Mapping[str, str], error: FastauthError | None = None) -> Response:
    roles = await page.container.list_roles()(acting=page.acting) if page.may(READ_ROLES) else ()
    return page.show(
        "invitation_form.html",
        error=error,
        section="invitations",
        given=given,
        may_give_roles=page.may(WRITE_ROLES),
        grantable=[each.name for each in roles if page.authority.covers(each.permissions)],
        languages=[(each, _name_of(each)) for each in sorted(page.container.catalogues().languages)],
    )


def _name_of(language: str) -> str:
    """Return the name of a language in this language."""
    from babel import Locale  # noqa: PLC0415  only pages need it

    return (Locale.parse(language).get_display_name(language) or language).capitalize()

"""``/account``: the overview."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from fastauth.domain import base64url
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.account.own_page import OwnPageDep
from fastauth.entrypoints.http.pages.account.user_agents import describe
from fastauth.entrypoints.http.pages.console_sections import sections_for
from fastauth.entrypoints.http.pages.destinations import HOME
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix=HOME, route_class=PageRoute, include_in_schema=False)


@router.api_route("", methods=["GET", "HEAD"])
async def show_account(page: OwnPageDep, done: Annotated[str, Query()] = "") -> Response:
    """Return the account with its credentials and sessions."""
    container, caller = page.container, page.caller
    sessions, following = await container.list_sessions()(caller=caller)
    account = await container.get_account_overview()(session_id=caller.session.id)
    own = await container.list_passkeys()(caller=caller)
    return page.show(
        "account.html",
        user=caller.user,
        done=done,
        addresses=account.addresses,
        factors=await container.get_second_factors()(user=caller.user),
        must_enrol=account.must_enrol,
        has_password=account.has_password,
        passkeys=own.passkeys,
        accepted=_accepted(container, [each.id for each in own.passkeys], own.handle),
        sessions=sessions,
        has_more_sessions=following is not None,
        current=caller.session.id,
        describe=describe,
        offers_console=await _offers_console(container, caller),
    )


async def _offers_console(container: Container, caller: AuthenticatedUser) -> bool:
    """Return whether the user may see a part of the console, perhaps after a step-up."""
    principal = await container.load_principal()(caller=caller)
    withheld = principal.withheld if caller.user.has_second_factor else frozenset[str]()
    return bool(sections_for(principal.permissions | withheld))


def _accepted(container: Container, ids: list[str], handle: bytes | None) -> dict[str, object] | None:
    """Return the argument of ``PublicKeyCredential.signalAllAcceptedCredentials()``."""
    party = container.settings().relying_party
    if party is None or handle is None:
        return None
    return {"rpId": party.id, "userId": base64url.encode(handle), "allAcceptedCredentialIds": ids}

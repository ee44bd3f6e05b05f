"""``/account/api-keys``: list, make and revoke API keys."""

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.api_keys.api_key import DEFAULT_DAYS
from fastauth.domain.errors import FastauthError
from fastauth.domain.idempotency.errors import IdempotencyKeyInUse
from fastauth.domain.roles.role import NOT_FOR_MACHINES
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.http.pages.account.own_page import OwnPage, OwnPageDep
from fastauth.entrypoints.http.pages.forms import small_number
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/account/api-keys", route_class=PageRoute, include_in_schema=False)
LIST, ADD, CREATED = "account_api_keys.html", "account_api_key_add.html", "account_api_key.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_api_keys(page: OwnPageDep) -> Response:
    """Return the keys with their forms."""
    keys = await page.container.list_api_keys()(user_id=page.caller.user.id)
    return page.show(LIST, keys=keys, now=page.container.clock().now())


@router.post("/revoke")
async def revoke(page: OwnPageDep) -> Response:
    """Revoke a key. It takes access away, so a recent authentication is not needed."""
    (id_,) = await page.form("key_id")
    caller = page.caller
    await page.container.revoke_api_key()(id_=id_, user_id=caller.user.id, session_id=caller.session.id)
    return page.done("api_key_revoked")


@router.api_route("/add", methods=["GET", "HEAD"])
async def show_form(page: OwnPageDep) -> Response:
    """Return the form for a new key."""
    page.check_recent_authentication()
    return await _form(page, "", "", str(DEFAULT_DAYS))


async def _form(
    page: OwnPage, name: str, scopes: str, days: str, error: FastauthError | None = None
) -> Response:
    principal = await page.container.load_principal()(caller=page.caller)
    held = sorted(principal.permissions - NOT_FOR_MACHINES)
    return page.show(ADD, error=error, name=name, scopes=scopes, days=days, held=held)


@router.post("/add")
async def add(page: OwnPageDep) -> Response:
    """Store the new key, and show it once."""
    name, scopes, days = await page.form("name", "scopes", "expires_in_days")
    try:
        return await page.answer_once(
            partial(
                page.container.create_api_key(),
                caller=page.caller,
                name=name,
                scopes=scopes.split(),
                days=small_number(days),
            ),
            done=lambda new: page.show(CREATED, key=new.key, text=new.text),
            acting=await page.container.load_principal()(caller=page.caller),
        )
    except (StepUpRequired, IdempotencyKeyInUse):
        raise
    except FastauthError as error:
        return await _form(page, name, scopes, days, error)

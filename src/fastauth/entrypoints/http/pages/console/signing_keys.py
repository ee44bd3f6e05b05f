"""``/console/signing-keys``: the keys that sign access tokens."""

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.domain.roles.permissions import WRITE_KEYS
from fastauth.entrypoints.http.pages.console.acts import Act, Acts
from fastauth.entrypoints.http.pages.console.console_page import ConsolePage, ConsolePageDep
from fastauth.entrypoints.http.pages.console.ids import KidDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/console/signing-keys", route_class=PageRoute, include_in_schema=False)


@router.api_route("", methods=["GET", "HEAD"])
async def list_keys(page: ConsolePageDep) -> Response:
    """Return the keys with their states."""
    return await _keys_page(page)


@router.post("/rotate")
async def rotate(page: ConsolePageDep) -> Response:
    """Publish the next key now."""
    await page.form()
    page.check_may_act(WRITE_KEYS)
    await page.container.rotate_keys_by_admin()(acting=page.acting)
    return page.lead_to("/signing-keys", done="key_rotated")


@router.api_route("/{kid}/revoke", methods=["GET", "HEAD"])
async def ask_to_revoke(page: ConsolePageDep, kid: KidDep) -> Response:
    """Return what the withdrawal means, and a button."""
    return await ACTS.ask(page, kid, "revoke")


@router.post("/{kid}/revoke")
async def revoke(page: ConsolePageDep, kid: KidDep) -> Response:
    """Withdraw the key."""
    return await ACTS.do(page, kid, "revoke")


async def _keys_page(page: ConsolePage, *, error: FastauthError | None = None) -> Response:
    keys = await page.container.list_keys_by_admin()(acting=page.acting)
    now = page.container.clock().now()
    active = keys.active(now)
    return page.show(
        "signing_keys.html",
        error=error,
        section="signing-keys",
        keys=list(reversed(keys.keys)),
        active=active.kid if active else None,
        has_next=bool(keys.keys) and keys.keys[-1].active_from > now,
        next_rotation=keys.next_rotation(page.container.rotation_policy()) if keys.keys else None,
        now=now,
        may_write=page.may(WRITE_KEYS),
    )


async def _describe(_page: ConsolePage, kid: str) -> dict[str, object]:
    return {"kid": kid}


async def _refused(page: ConsolePage, _kid: str, error: FastauthError) -> Response:
    return await _keys_page(page, error=error)


ACTS = Acts(
    section="signing-keys",
    permission=WRITE_KEYS,
    parameter="kid",
    template="signing_key_act.html",
    acts={"revoke": Act(use_case=lambda container: container.revoke_key_by_admin(), asks=True, ends=True)},
    describe=_describe,
    refused=_refused,
)

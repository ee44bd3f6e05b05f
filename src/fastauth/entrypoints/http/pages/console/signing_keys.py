"""``/console/signing-keys``: the keys that sign access tokens."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.domain.roles.permissions import WRITE_KEYS
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.domain.signing_keys.errors import SigningKeyNotFound
from fastauth.entrypoints.http.pages.console.console_page import ConsolePage, ConsolePageDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/console/signing-keys", route_class=PageRoute, include_in_schema=False)
_KID = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


async def _kid(kid: str) -> str:
    if not _KID.fullmatch(kid):
        raise SigningKeyNotFound
    return kid


KidDep = Annotated[str, Depends(_kid)]
"""The key of the path, a thumbprint of SHA-256 (RFC 7638)."""


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
    page.check_may_act(WRITE_KEYS)
    return page.show("signing_key_revoke.html", section="signing-keys", kid=kid)


@router.post("/{kid}/revoke")
async def revoke(page: ConsolePageDep, kid: KidDep) -> Response:
    """Withdraw the key."""
    await page.form()
    page.check_may_act(WRITE_KEYS)
    try:
        await page.container.revoke_key_by_admin()(acting=page.acting, kid=kid)
    except StepUpRequired:
        raise
    except FastauthError as error:
        return await _keys_page(page, error=error)
    return page.lead_to("/signing-keys", done="key_revoked")


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

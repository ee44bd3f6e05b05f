"""``/account/sessions``: end sessions."""

from contextlib import suppress
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.sessions.errors import SessionNotFound
from fastauth.domain.sessions.session import SessionId
from fastauth.entrypoints.http.pages.account.own_page import OwnPageDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/account/sessions", route_class=PageRoute, include_in_schema=False)


@router.post("/end")
async def end(page: OwnPageDep) -> Response:
    """End one session."""
    (session_id,) = await page.form("session_id")
    try:
        parsed = SessionId(UUID(session_id).hex)
    except ValueError:  # PostgreSQL would refuse some of these texts
        return page.done("session")
    with suppress(SessionNotFound):  # it has ended meanwhile
        await page.container.log_out()(caller=page.caller, session_id=parsed)
    return page.done("session")


@router.post("/end-others")
async def end_others(page: OwnPageDep) -> Response:
    """End all sessions but the one of this browser."""
    await page.form()
    await page.container.end_other_sessions()(caller=page.caller)
    return page.done("sessions")

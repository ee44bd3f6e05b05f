"""``/users/me``: export, and closing of the account; ``/users/keep``: undo it."""

from datetime import datetime

from fastapi import APIRouter, status
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from fastauth.domain.delegation.errors import LastAdministrator
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.exported_json import exported_json
from fastauth.entrypoints.http.closing_response import ClosingResponse
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ContainerDep,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(tags=["personal data"], route_class=StrictJSONRoute)


class CloseAccountRequest(BaseModel):
    """The confirmation of the owner."""

    confirm: str = Field(description="The username of the account.", examples=["santosh"])


class KeepAccountRequest(BaseModel):
    """The token of a mail."""

    token: str = Field(description="What follows `#token=` in the link.", repr=False)


class ExportResponse(BaseModel):
    """All that is stored of a person."""

    exported_at: datetime
    user_id: str
    tables: dict[str, list[dict[str, object]]] = Field(description="Rows by the names of their tables.")


@router.post(
    "/users/me/export",
    summary="Export one's data",
    response_model=ExportResponse,
    responses=problems(*AUTHENTICATION_ERRORS, StepUpRequired, TooManyRequests),
)
async def export_account(caller: CallerDep, container: ContainerDep) -> JSONResponse:
    """Return all that is stored about the caller, without secrets and digests, once a day.

    The owner of the account gets a mail. The session must have been authenticated in the last ten
    minutes, by two factors if the account has any.
    """
    export = await container.export_account()(caller=caller)
    return JSONResponse(
        exported_json(export), headers={"Content-Disposition": 'attachment; filename="account.json"'}
    )


@router.delete(
    "/users/me",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Close one's account",
    responses=problems(*AUTHENTICATION_ERRORS, StepUpRequired, LastAdministrator, body=True),
)
async def close_account(
    body: CloseAccountRequest, caller: CallerDep, container: ContainerDep
) -> ClosingResponse:
    """Close the account: its sessions end, log-ins to it fail, and it is erased after some days.

    Until then a link in a mail undoes it. The session must have been authenticated in the last ten minutes,
    by two factors if the account has any.
    """
    erase_at = await container.close_account()(caller=caller, confirm=body.confirm)
    return ClosingResponse(erase_at=erase_at)


@router.post(
    "/users/keep", **NO_CONTENT, summary="Keep an account", responses=problems(InvalidLink, body=True)
)
async def keep_account(body: KeepAccountRequest, container: ContainerDep) -> None:
    """Undo the request to erase an account, by the token of the mail and without a log-in.

    Its sessions stay ended.
    """
    await container.keep_account()(token=body.token)

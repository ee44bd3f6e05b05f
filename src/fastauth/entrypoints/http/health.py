"""Whether the service is there."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from fastauth.entrypoints.http.dependencies import CheckReadinessDep
from fastauth.entrypoints.http.documentation import problems

router = APIRouter(tags=["health"])


class Pong(BaseModel):
    """The answer to a ping."""

    msg: Literal["pong"] = "pong"


class Health(BaseModel):
    """The answer of a probe that found nothing amiss."""

    status: Literal["ok"] = "ok"


@router.get("/ping", summary="Say hello")
async def ping() -> Pong:
    """Answer at once, and touch nothing."""
    return Pong()


@router.get("/health/live", summary="Is the process alive?")
async def live() -> Health:
    """Tell that the event loop turns. A supervisor restarts a process that does not answer this."""
    return Health()


@router.get(
    "/health/ready",
    summary="Can it serve?",
    responses=problems(),
)
async def ready(check_readiness: CheckReadinessDep) -> Health:
    """Tell that the database answers in time, has the schema this version needs, and a key that signs."""
    await check_readiness()
    return Health()

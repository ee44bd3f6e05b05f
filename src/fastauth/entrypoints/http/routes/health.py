"""Whether the service is there."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from fastauth.domain.errors import ShuttingDown
from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.openapi import problems
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(tags=["health"], route_class=StrictJSONRoute)


class PingResponse(BaseModel):
    """The answer to a ping."""

    msg: Literal["pong"] = "pong"


class Health(BaseModel):
    """The answer of a probe that found nothing amiss."""

    status: Literal["ok"] = "ok"


@router.get("/ping", summary="Say hello")
async def ping() -> PingResponse:
    """Answer at once, and touch nothing."""
    return PingResponse()


@router.get("/health/live", summary="Is the process alive?")
async def live() -> Health:
    """Tell that the event loop turns. A supervisor restarts a process that does not answer this."""
    return Health()


@router.get(
    "/health/ready",
    summary="Can it serve?",
    responses=problems(ShuttingDown),
)
async def ready(container: ContainerDep) -> Health:
    """Tell that this process goes on, and that it has a database with its schema and a key that signs."""
    if container.shutdown().in_progress:
        raise ShuttingDown
    await container.check_readiness()()
    return Health()

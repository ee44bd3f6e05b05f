"""``/ping`` and the health checks."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from fastauth.domain.errors import ShuttingDown
from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(tags=["health"], route_class=StrictJSONRoute)


class PingResponse(BaseModel):
    """The answer to a ping."""

    msg: Literal["pong"] = "pong"


class HealthResponse(BaseModel):
    """A successful health check."""

    status: Literal["ok"] = "ok"


@router.get("/ping", summary="Ping")
async def ping() -> PingResponse:
    """Respond at once, without the database."""
    return PingResponse()


@router.get("/health/live", summary="Check liveness")
async def get_liveness() -> HealthResponse:
    """Respond if the event loop runs. A supervisor restarts a process that does not respond."""
    return HealthResponse()


@router.get(
    "/health/ready",
    summary="Check readiness",
    responses=problems(ShuttingDown),
)
async def get_readiness(container: ContainerDep) -> HealthResponse:
    """Respond with 200 if requests can be served.

    That takes a database with the current schema, a signing key, and a process that is not shutting down.
    """
    if container.shutdown().in_progress:
        raise ShuttingDown
    await container.check_readiness()()
    return HealthResponse()

"""``/v1/revocations``: what was revoked, for services that verify access tokens by themselves."""

import re
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.revocations.revocation import MARGIN, Revocation
from fastauth.domain.roles.permissions import READ_REVOCATIONS
from fastauth.entrypoints.http.dependencies import FEED_READER_ERRORS, ContainerDep, FeedReaderDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.query import QueryValues, check_names, single_value
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/v1", tags=["revocations"], route_class=StrictJSONRoute)

_RULES = {
    "after": (re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII), "Must be the cursor of an earlier answer."),
    "wait": (re.compile(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?", re.ASCII), "Must be a number from 0 to 1."),
    "nonce": (re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII), "Must be 1 to 64 of A-Z, a-z, 0-9, - and _."),
}
_PARAMETERS: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {"type": "string", "pattern": f"^{rule.pattern}$"},
        }
        for name, (rule, _) in _RULES.items()
    ]
}


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """The query of a request."""

    after: str | None
    wait: float
    """Seconds."""
    nonce: str | None


class RevocationResponse(BaseModel):
    """Tokens that are no longer valid."""

    kind: str = Field(description="sid, sub, jti, kid or client", examples=["sid"])
    value: str = Field(examples=["0f7daba5d65c792dabbcfc437df784c4"])
    at: float = Field(description="When, in seconds since 1970.")
    until: int = Field(description="When the last token that it concerns has expired.")

    @classmethod
    def of(cls, revocation: Revocation, *, lifetime: timedelta) -> "RevocationResponse":
        """Return the revocation as it is sent."""
        at = revocation.at.timestamp()
        until = ceil((revocation.at + lifetime + MARGIN).timestamp())
        return cls(kind=revocation.kind.value, value=revocation.value, at=at, until=until)


class RevocationsResponse(BaseModel):
    """News since the cursor of the request."""

    revocations: list[RevocationResponse]
    after: str = Field(description="The cursor for the next request.")
    more: bool = Field(description="Whether there is more, for which the client asks at once.")
    waited: float = Field(description="Seconds between the request and the read of the database.")
    nonce: str | None = Field(default=None, description="That of the request.")


async def _feed_query(
    request: Request, after: QueryValues = None, wait: QueryValues = None, nonce: QueryValues = None
) -> FeedQuery:
    found: dict[str, str | None] = {}
    with ViolationCollector() as collecting:
        with collecting:
            check_names(request, _RULES)
        for name, values in (("after", after), ("wait", wait), ("nonce", nonce)):
            with collecting:
                found[name] = _parse(name, single_value(name, values))
    return FeedQuery(found["after"], float(found["wait"] or 0), found["nonce"])


def _parse(name: str, value: str | None) -> str | None:
    rule, detail = _RULES[name]
    if value is not None and not rule.fullmatch(value):
        raise InvalidInput(Violation(name, "out_of_range", detail))
    return value


@router.get(
    "/revocations",
    summary="Read the revocation feed",
    responses=problems(*FEED_READER_ERRORS, query=True),
    openapi_extra=_PARAMETERS,
    response_model_exclude_none=True,
)
async def get_revocations(
    reader: FeedReaderDep, query: Annotated[FeedQuery, Depends(_feed_query)], container: ContainerDep
) -> RevocationsResponse:
    """Return what was revoked since `after`; without news, wait for them up to `wait` seconds.

    A client keeps one request open. The answer says as of when it is complete.
    """
    reader.require(READ_REVOCATIONS)
    page = await container.read_revocations()(cursor=query.after, wait=query.wait)
    lifetime = timedelta(seconds=container.settings().access_token_seconds)
    return RevocationsResponse(
        revocations=[RevocationResponse.of(each, lifetime=lifetime) for each in page.revocations],
        after=page.cursor.encode(),
        more=page.more,
        waited=round(max(0.0, page.waited), 6),
        nonce=query.nonce,
    )

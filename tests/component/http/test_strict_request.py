"""What is read of a request beside its body."""

from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, Cookie, Depends, FastAPI

from fastauth.entrypoints.http.strict_json import MAX_QUERY_BYTES, StrictJSONRoute

LONGEST = "x" * (MAX_QUERY_BYTES - len("after="))


@pytest.fixture
def app() -> FastAPI:
    router = APIRouter(route_class=StrictJSONRoute)

    async def page(after: str = "") -> str:
        return after

    @router.get("/direct")
    async def direct(after: str = "") -> str:
        return after

    @router.get("/dependent")
    async def dependent(after: Annotated[str, Depends(page)]) -> str:
        return after

    @router.get("/none")
    async def none() -> str:
        return "none"

    @router.get("/cookie")
    async def cookie(a: Annotated[str, Cookie()] = "no cookie") -> str:
        return a

    app = FastAPI()
    app.include_router(router)
    return app


class TestStrictRequest:
    """Cookies and queries cost processor time (CVE-2024-7592, CWE-407): none is read without need."""

    @pytest.mark.parametrize(
        ("path", "after", "status", "answer"),
        [
            ("/direct", LONGEST, 200, LONGEST),
            ("/dependent", LONGEST, 200, LONGEST),
            ("/direct", LONGEST + "x", 414, None),
            ("/dependent", LONGEST + "x", 414, None),
            ("/none", "x" * 16_000, 200, "none"),
        ],
    )
    async def test_query_is_read_for_routes_with_parameters(
        self, app: FastAPI, path: str, after: str, status: int, answer: str | None
    ) -> None:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://a") as client:
            response = await client.get(f"{path}?after={after}")
            assert response.status_code == status
            assert answer is None or response.json() == answer

    async def test_cookies_are_not_read(self, app: FastAPI) -> None:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://a") as client:
            assert (await client.get("/cookie", headers={"Cookie": "a=b"})).json() == "no cookie"

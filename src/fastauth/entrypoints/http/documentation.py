"""The OpenAPI document, and Swagger UI from files of our own: no browser has to reach the internet."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from fastauth.entrypoints.http.problems import MEDIA_TYPE

# FastAPI's page starts Swagger UI in an inline script and shows images from data: addresses.
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def describe_problems(app: FastAPI) -> None:
    """Have the OpenAPI document say that problems are `application/problem+json`.

    FastAPI writes every response down under the media type of the successful one.
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            for path in generate()["paths"].values():
                for operation in path.values():
                    for status, response in operation["responses"].items():
                        if status >= "400" and "application/json" in response.get("content", {}):
                            response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI's documentation extends it


def install(app: FastAPI) -> None:
    """Add the page and its files to `app`."""
    app.mount("/docs/files", StaticFiles(packages=[("fastapi_swagger", "resources")]))

    @app.get("/docs", include_in_schema=False)
    async def swagger_ui() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="fastauth",
            swagger_js_url="/docs/files/swagger-ui-bundle.js",
            swagger_css_url="/docs/files/swagger-ui.css",
            swagger_favicon_url="/docs/files/favicon-32x32.png",
            swagger_ui_parameters={"tryItOutEnabled": True},
        )
        page.headers["Content-Security-Policy"] = _POLICY
        return page

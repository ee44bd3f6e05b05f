"""Swagger UI, whose files the service serves itself: browsers need no CDN."""

from http import HTTPStatus

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from fastauth.entrypoints.http.strict_json import StrictJSONRoute

# FastAPI's page starts Swagger UI with an inline script and shows images from data: URLs.
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


router = APIRouter(route_class=StrictJSONRoute)
root_router = APIRouter(route_class=StrictJSONRoute)


@router.get("/docs", include_in_schema=False)
async def swagger_ui() -> HTMLResponse:
    """Return the page of Swagger UI."""
    page = get_swagger_ui_html(
        openapi_url="openapi.json",  # relative, like the files: a proxy may strip a prefix
        title="fastauth",
        swagger_js_url="docs/files/swagger-ui-bundle.js",
        swagger_css_url="docs/files/swagger-ui.css",
        swagger_favicon_url="docs/files/favicon-32x32.png",
        swagger_ui_parameters={"tryItOutEnabled": True},
    )
    page.headers["Content-Security-Policy"] = _POLICY
    return page


@root_router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
async def root() -> RedirectResponse:
    """Redirect to the page."""
    return RedirectResponse("docs", HTTPStatus.TEMPORARY_REDIRECT.value)


def install_docs(app: FastAPI, *, redirect_root: bool) -> None:
    """Add Swagger UI and its files to `app`; with `redirect_root`, ``/`` redirects to it."""
    app.mount("/docs/files", StaticFiles(packages=[("fastapi_swagger", "resources")]))
    app.router.routes.extend(router.routes)
    if redirect_root:
        app.router.routes.extend(root_router.routes)

"""The ASGI application: lifespan, middleware, routes and error handlers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from fastauth.entrypoints.background_tasks import background_tasks
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http import openapi, swagger_ui
from fastauth.entrypoints.http.middleware.client_origin import ClientAddressMiddleware
from fastauth.entrypoints.http.middleware.instrumentation import InstrumentationMiddleware
from fastauth.entrypoints.http.middleware.request_log import RequestLogMiddleware
from fastauth.entrypoints.http.pages import page_routes
from fastauth.entrypoints.http.problem_handlers import install_problem_handlers
from fastauth.entrypoints.http.route_index import RouteIndex
from fastauth.entrypoints.http.routes import ROUTERS, well_known
from fastauth.entrypoints.http.server.connections import ConnectionRegistry, max_connections
from fastauth.entrypoints.http.server.rejections import RejectedConnections
from fastauth.entrypoints.observability import logging_config
from fastauth.entrypoints.observability.instrumentation import instrumentations
from fastauth.entrypoints.settings import Mode, Settings
from fastauth.entrypoints.startup import shut_down, start_up, warm_up
from fastauth.entrypoints.version import VERSION

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own telemetry would export paths, queries and invalid bodies. fastauth has its own instead: see
`fastauth.entrypoints.observability.instrumentation`."""


def create_app(container: Container | None = None) -> FastAPI:
    """Build the application on `container`; by default on a container with the settings of this process."""
    if container is None:
        settings = Settings.load()
        container = Container(settings=settings, instrumentations=instrumentations(settings))
    logging_config.set_up_unless_configured(container.settings().mode)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await start_up(container)
        warm_up(container)
        try:
            with container.shutdown().on_sigterm():
                async with background_tasks(container):
                    yield
        finally:
            await shut_down(container)

    app = FastAPI(
        title="fastauth",
        summary="Registration, log-in, sessions and tokens.",
        version=VERSION,
        openapi_tags=openapi.TAGS,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if container.settings().docs else None,
        telemetry=NO_TELEMETRY,
        servers=[{"url": "."}],  # relative to the document: a proxy may strip a prefix
        redirect_slashes=False,  # a redirect would make the client send its password twice
    )
    app.state.container = container
    app.state.connections = ConnectionRegistry(max_connections())
    app.state.rejected_connections = RejectedConnections(container.instrumentations())
    app.add_middleware(
        ClientAddressMiddleware,
        trusted_proxies=container.settings().trusted_proxies,
        log_addresses=container.settings().audit_address_retention_days > 0,
    )
    app.add_middleware(RequestLogMiddleware)
    if container.instrumentations():
        app.add_middleware(InstrumentationMiddleware, instrumentations=container.instrumentations())
    routers = (*ROUTERS, well_known.metadata_for_issuer_path(container.settings().issuer_url))
    routes = [route for router in routers for route in router.routes]
    openapi.name_operations(routes)
    app.router.routes.extend(routes)  # include_router makes a ping a third slower (measured)
    app.router.routes.extend(page_routes(container))
    openapi.describe_problems(app)
    if container.settings().docs:
        swagger_ui.install_docs(
            app,
            redirect_root=not container.settings().pages and container.settings().mode is Mode.DEVELOPMENT,
        )
    index = RouteIndex(app.router.routes)
    app.router.routes.insert(0, index)
    install_problem_handlers(app, index)
    return app

"""The same small service in each framework: any caller may read, clerks may write."""

from collections.abc import Callable
from typing import Annotated, Any

import django
import flask
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, JsonResponse
from django.urls import path
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fastauth_client import Caller, Verifier
from fastauth_client import starlette as for_starlette
from fastauth_client.fastapi import FastAPIAuth
from fastauth_client.flask import FlaskAuth

READ, WRITE, STEP_UP = "/orders", "/orders/new", "/orders/step-up"


def with_fastapi(verifier: Verifier) -> FastAPI:
    auth = FastAPIAuth(verifier)
    app = FastAPI(lifespan=auth.lifespan)

    @app.get(READ)
    async def read(caller: Annotated[Caller, auth.require()]) -> dict[str, str]:
        return {"subject": caller.subject}

    @app.get(WRITE)
    async def write(caller: Annotated[Caller, auth.require("orders:write", role="clerk")]) -> dict[str, str]:
        return {"subject": caller.subject}

    @app.get(STEP_UP)
    async def step_up(caller: Annotated[Caller, auth.require(acr="aal2", fresh=True)]) -> dict[str, str]:
        return {"subject": caller.subject}

    return app


def with_starlette(verifier: Verifier) -> Starlette:
    async def answer(request: Request) -> Response:
        return JSONResponse({"subject": request.user.caller.subject})

    return Starlette(
        routes=[
            Route(READ, for_starlette.require()(answer)),
            Route(WRITE, for_starlette.require("orders:write", role="clerk")(answer)),
            Route(STEP_UP, for_starlette.require(acr="aal2", fresh=True)(answer)),
        ],
        middleware=[
            Middleware(
                AuthenticationMiddleware,
                backend=for_starlette.StarletteBackend(verifier),
                on_error=for_starlette.on_error,
            )
        ],
    )


def with_flask(verifier: Verifier) -> flask.Flask:
    app = flask.Flask("orders")
    auth = FlaskAuth(app, verifier)

    def answer() -> dict[str, str]:
        return {"subject": flask.g.caller.subject}

    app.add_url_rule(READ, "read", auth.require()(answer))
    app.add_url_rule(WRITE, "write", auth.require("orders:write", role="clerk")(answer))
    app.add_url_rule(STEP_UP, "step_up", auth.require(acr="aal2", fresh=True)(answer))
    return app


class _Urls:
    """The URLs of the Django project, made when Django reads them: its settings must be there by then."""

    @property
    def urlpatterns(self) -> list[Any]:
        from rest_framework.response import Response as RestResponse  # noqa: PLC0415  after the settings of Django
        from rest_framework.views import APIView  # noqa: PLC0415  after the settings of Django

        from fastauth_client import django as for_django  # noqa: PLC0415  after the settings of Django
        from fastauth_client import rest_framework  # noqa: PLC0415  after the settings of Django

        def answer(request: HttpRequest) -> JsonResponse:
            return JsonResponse({"subject": request.caller.subject})

        async def answer_async(request: HttpRequest) -> JsonResponse:
            return JsonResponse({"subject": request.caller.subject})

        def rest(permission: type) -> Any:  # noqa: ANN401  a view
            class Orders(APIView):  # type: ignore[misc]  # it has no types
                authentication_classes = (rest_framework.FastauthAuthentication,)
                permission_classes = (permission,)

                def get(self, request: Any) -> RestResponse:  # noqa: ANN401  the same
                    return RestResponse({"subject": request.auth.subject})

            return Orders.as_view()

        demands: list[tuple[str, dict[str, Any]]] = [
            (READ, {}),
            (WRITE, {"role": "clerk"}),
            (STEP_UP, {"acr": "aal2", "fresh": True}),
        ]
        patterns = []
        for route, demand in demands:
            names = ["orders:write"] if route == WRITE else []
            tail = route.removeprefix("/")
            patterns += [
                path(f"sync/{tail}", for_django.require(*names, **demand)(answer)),
                path(f"async/{tail}", for_django.require(*names, **demand)(answer_async)),
                path(f"rest/{tail}", rest(rest_framework.require(*names, **demand))),
            ]
        return patterns


def set_up_django(verifier: Verifier) -> None:
    """Django has one set of settings in a process."""
    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"],
            DATABASES={},
            INSTALLED_APPS=["rest_framework"],
            MIDDLEWARE=["fastauth_client.django.fastauth_middleware"],
            REST_FRAMEWORK={"UNAUTHENTICATED_USER": None},
            ROOT_URLCONF=_Urls(),
            SECRET_KEY="of the tests",
        )
        django.setup()
    settings.FASTAUTH_VERIFIER = verifier


def with_django_wsgi(verifier: Verifier) -> WSGIHandler:
    set_up_django(verifier)
    return WSGIHandler()


def with_django_asgi(verifier: Verifier) -> ASGIHandler:
    set_up_django(verifier)
    return ASGIHandler()


SERVICES: dict[str, tuple[Callable[[Verifier], Any], str]] = {
    "FastAPI": (with_fastapi, ""),
    "Starlette": (with_starlette, ""),
    "Flask": (with_flask, ""),
    "Django": (with_django_wsgi, "/sync"),
    "Django, async": (with_django_asgi, "/async"),
    "Django REST framework": (with_django_wsgi, "/rest"),
}
"""What makes each service, and the prefix of its paths."""

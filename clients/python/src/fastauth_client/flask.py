"""Protect the views of a Flask application.

auth = FlaskAuth(app, verifier)

@app.get("/orders")
@auth.require("orders:read")
def orders(): ...  # g.caller
"""

from collections.abc import Callable, Collection
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Response, current_app, g, jsonify, request

from fastauth_client.bearer import bearer_token
from fastauth_client.challenge import refusal_of
from fastauth_client.demand import Demand
from fastauth_client.errors import VerificationError
from fastauth_client.verifier import Verifier

P = ParamSpec("P")
Answer = TypeVar("Answer")


class FlaskAuth:
    """Decorators for views that need an access token."""

    def __init__(self, app: Flask, verifier: Verifier) -> None:
        self.verifier = verifier
        app.register_error_handler(VerificationError, _refuse)

    def require(
        self,
        *permissions: str,
        role: str | Collection[str] = (),
        scope: str | Collection[str] = (),
        acr: str | None = None,
        max_age: float | None = None,
        fresh: bool = False,
    ) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
        """Decorate a view with what it demands; for the arguments see `Demand`. It sets `g.caller`."""
        demand = Demand.of(*permissions, role=role, scope=scope, acr=acr, max_age=max_age, fresh=fresh)

        def decorate(view: Callable[P, Answer]) -> Callable[P, Answer]:
            @wraps(view)
            def guarded(*args: P.args, **kwargs: P.kwargs) -> Answer:
                token = bearer_token(request.headers.get("Authorization"))
                g.caller = self.verifier.verify_sync(token, demand=demand)
                answer: Answer = current_app.ensure_sync(view)(*args, **kwargs)
                return answer

            return guarded

        return decorate


def _refuse(error: VerificationError) -> Response:
    refusal = refusal_of(error)
    response = jsonify(detail=refusal.detail)
    response.status_code = refusal.status
    response.headers.update(refusal.headers)
    return response

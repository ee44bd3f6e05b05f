"""Requests that Schemathesis makes from the OpenAPI document, and what is wrong with the responses."""

import os
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import schemathesis
from fastapi import FastAPI
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from schemathesis.python.asgi import shutdown_lifespans
from tests.harness.editions import IS_THOROUGH

EXAMPLES = 100
"""Of each operation and random phase. `make thorough` alone has these phases."""

ACCESS_TOKEN: list[dict[str, list[str]]] = [{"HTTPBearer": []}]
"""The security requirement in the document of an operation that takes an access token."""

CONFIGURATION: dict[str, Any] = {
    "continue-on-failure": True,
    "workers": 1,  # more are not faster: they take turns in one interpreter
    "generation": {"deterministic": True, "max-examples": EXAMPLES},
    # The document has the shape of a registration; the rules are the domain's, and JSON Schema cannot say
    # that a name must be of a single script.
    "checks": {"positive_data_acceptance": {"enabled": False}},
    # The first two phases send the examples of the document, and the boundaries of each part of its schemas.
    "phases": {
        "examples": {"enabled": True},
        "coverage": {"enabled": True}
        # The router treats all methods alike that a path does not have.
        | ({} if IS_THOROUGH else {"unexpected-methods": ["TRACE"]}),
        "fuzzing": {"enabled": IS_THOROUGH},
        "stateful": {"enabled": IS_THOROUGH},
    },
}


def configuration(app: FastAPI) -> SchemathesisConfig:
    """Return the configuration for the document of an application.

    What a schema does not allow is sent to an operation that takes an access token by `make thorough` alone:
    the requests have no token, and all but the query is read behind it.
    """
    behind_a_token = [
        f"{method.upper()} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if operation.get("security") == ACCESS_TOKEN
        and all(each["in"] != "query" for each in operation.get("parameters", ()))
    ]
    # One entry for all: Schemathesis looks at every entry for every request.
    positive_only = {"include-name": behind_a_token, "generation": {"mode": "positive"}}
    return SchemathesisConfig.from_dict(
        {**CONFIGURATION, "operations": [] if IS_THOROUGH else [positive_only]}
    )


@dataclass
class Conformance:
    """How the responses of an application conform to its document."""

    tested: set[str] = field(default_factory=set)
    """Operations that got requests, as a method and a path."""
    cases: int = 0
    """Requests."""
    wrong: list[str] = field(default_factory=list)
    """Responses that the document does not allow, and errors of the run."""

    @classmethod
    def of(cls, app: FastAPI) -> "Conformance":
        """Send the requests to an application in this process. Its lifespan begins and ends.

        The environment is all but empty meanwhile: requests reads every variable of it for each request. It
        looks for a file in the home directory, and queries the database of users if that is unknown.
        """
        schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=configuration(app))
        found = cls()
        try:
            with patch.dict(os.environ, {"HOME": "/nonexistent"}, clear=True):
                for event in engine.from_schema(schema).execute():
                    found.note(event)
        finally:
            shutdown_lifespans()
        return found

    def note(self, event: events.EngineEvent) -> None:
        """Count what an event of the engine reports."""
        if isinstance(event, events.NonFatalError | events.FatalError | events.Interrupted):
            self.wrong.append(str(event))
        elif isinstance(event, events.ScenarioFinished) and event.recorder.cases:
            self.tested.add(str(event.label))
            self.cases += len(event.recorder.cases)
            for case in event.recorder.cases:
                checks = event.recorder.checks.get(case, [])
                if not checks:
                    self.wrong.append(f"{event.label}: a response without a check")
                self.wrong += [
                    f"{event.label}: {check.name}: {check.failure_info.failure}"
                    for check in checks
                    if check.failure_info
                ]

"""Requests that Schemathesis makes from the OpenAPI document, and what is wrong with the responses."""

from dataclasses import dataclass, field
from typing import Any

import schemathesis
from fastapi import FastAPI
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from schemathesis.python.asgi import shutdown_lifespans
from tests.harness.editions import IS_THOROUGH

EXAMPLES = 100
"""Of each operation and random phase. `make thorough` alone has these phases."""

CONFIGURATION: dict[str, Any] = {
    "continue-on-failure": True,
    "generation": {"deterministic": True, "max-examples": EXAMPLES},
    # The document has the shape of a registration; the rules are the domain's, and JSON Schema cannot say
    # that a name must be of a single script.
    "checks": {"positive_data_acceptance": {"enabled": False}},
    # The first two phases send the examples of the document, and the boundaries of each part of its schemas.
    "phases": {
        "examples": {"enabled": True},
        "coverage": {"enabled": True}
        # The router treats all methods alike that a path does not have.
        | ({} if IS_THOROUGH else {"unexpected-methods": ["PATCH", "TRACE"]}),
        "fuzzing": {"enabled": IS_THOROUGH},
        "stateful": {"enabled": IS_THOROUGH},
    },
}


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
        """Send the requests to an application in this process. Its lifespan begins and ends."""
        configuration = SchemathesisConfig.from_dict(CONFIGURATION)
        schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=configuration)
        found = cls()
        try:
            for event in engine.from_schema(schema).execute():
                found.note(event)
        finally:
            shutdown_lifespans()
        return found

    def note(self, event: events.EngineEvent) -> None:
        """Count what an event of the engine tells."""
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

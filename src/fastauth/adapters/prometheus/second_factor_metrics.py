"""The metric of second factors."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from prometheus_client import CollectorRegistry, Counter

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.domain.second_factors.errors import InvalidSecondFactor

Given = ParamSpec("Given")
Result = TypeVar("Result")


class SecondFactorMetrics:
    """Counts the second factors that were presented. No label has a value that a client can choose."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._presented = Counter(
            "fastauth_second_factors",
            "Second factors presented, by method and outcome.",
            ["method", "outcome"],
            registry=registry,
        )

    def counted(self, verify: Callable[Given, Awaitable[Result]]) -> Callable[Given, Awaitable[Result]]:
        """Return the use case that verifies a second factor, so that it counts the outcome."""

        async def counted(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            (method,) = (each.method for each in args if isinstance(each, FactorAnswer))
            try:
                result = await verify(*args, **kwargs)
            except InvalidSecondFactor:
                self._presented.labels(method, "refused").inc()
                raise
            self._presented.labels(method, "accepted").inc()
            return result

        return counted

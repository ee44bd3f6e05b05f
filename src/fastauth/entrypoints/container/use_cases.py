"""Functions that wrap use cases in instrumentation and in the audit of their failures."""

from collections.abc import AsyncIterator, Awaitable
from collections.abc import Callable as CallableType
from typing import Any, ParamSpec, TypeVar

from dependency_injector.providers import Factory, Provider, Singleton

from fastauth.application.audit.audit_failures import AuditFailures
from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.observability.instrumentation import instrument_pages, instrument_use_case

Given = ParamSpec("Given")
Result = TypeVar("Result")


def use_case(
    kind: CallableType[..., CallableType[Given, Awaitable[Result]]], **parts: Provider[Any]
) -> Provider[CallableType[Given, Awaitable[Result]]]:
    """Return a provider of the instrumented use case `kind`, constructed with `parts`."""
    return Singleton(instrument_use_case, Shared.instrumentations, _name(kind), Factory(kind, **parts))


def paged(
    kind: CallableType[..., CallableType[Given, AsyncIterator[Result]]], **parts: Provider[Any]
) -> Provider[CallableType[Given, AsyncIterator[Result]]]:
    """Do the same as `use_case` for a use case that yields pages."""
    return Singleton(instrument_pages, Shared.instrumentations, _name(kind), Factory(kind, **parts))


def audited(
    inner: Provider[CallableType[Given, Awaitable[Result]]],
    failure: type[FastauthError],
    record: Provider[Any],
) -> Provider[CallableType[Given, Awaitable[Result]]]:
    """Return a provider of `inner` that records every `failure` in the audit trail."""
    return Singleton(AuditFailures, use_case=inner, failure=failure, record=record)


def _name(kind: CallableType[..., object]) -> str:
    return kind.__name__

"""The container: every part can be replaced by an argument, and its mixins have one order."""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from dependency_injector.containers import DeclarativeContainer
from dependency_injector.errors import Error
from dependency_injector.providers import Provider, Singleton
from tests.container_pool import a_container

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.container.operations import instrumented_purges
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.observability.instrumentation import instrument_pages, instrument_use_case
from fastauth.entrypoints.settings import Settings

PROVIDERS: dict[str, Provider[Any]] = Container.providers
USE_CASES = [
    name
    for name, provider in PROVIDERS.items()
    if any(
        isinstance(each, Singleton)
        and each.provides in (instrument_use_case, instrument_pages, instrumented_purges)
        for each in (provider, *(provider.kwargs.values() if isinstance(provider, Singleton) else ()))
    )
]
"""Providers of instrumented use cases: alone, wrapped once (audit of failures, shared readiness), or many."""

PARTS = [
    "access_token_policy",
    "access_tokens",
    "address_profile",
    "audit_trail",
    "bulk_users",
    "clock",
    "counters",
    "database",
    "device_tokens",
    "directory",
    "email_addresses",
    "events",
    "expired_rows",
    "failure_events",
    "hash_kinds",
    "hasher",
    "key_generator",
    "link_targets",
    "mail_limiter",
    "mail_transport",
    "message_renderer",
    "one_time_token_codec",
    "outbox_queue",
    "password_policy",
    "rate_limiter",
    "readiness_keys",
    "refresh_tokens",
    "reserved_usernames",
    "retention",
    "rotation_policy",
    "secret_box",
    "session_policy",
    "sessions",
    "signing_keys",
    "stored_unit_of_work",
    "unit_of_work",
    "username_pseudonyms",
    "usernames",
    "users",
]
"""Providers whose value is passed on as it is. The others are inputs of functions that make these."""


@cache
def providers_of(use_case: str) -> set[Provider[Any]]:
    """Return the providers of all that a use case is made of."""
    return {*PROVIDERS[use_case].traverse()}


class Stub:
    """A replacement with every attribute that a constructor may read."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def reachable(root: object) -> Iterator[object]:
    """Yield `root` and all that it refers to by objects of fastauth, methods, dictionaries and lists."""
    seen: set[int] = set()
    found = [root]
    while found:
        each = found.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if inspect.ismethod(each):
            found.append(each.__self__)
        elif isinstance(each, dict):
            found += each.values()
        elif isinstance(each, list):
            found += each
        elif type(each).__module__.startswith("fastauth."):
            names = {*getattr(each, "__dict__", ()), *getattr(each, "__slots__", ())}
            found += [getattr(each, name) for name in names if hasattr(each, name)]


class TestUseCases:
    def test_every_use_case_has_a_provider(self) -> None:
        assert {"register_user", "log_in", "import_users", "check_readiness"} <= set(USE_CASES)
        assert len(USE_CASES) >= 25


class TestOverride:
    @pytest.mark.parametrize("name", PARTS)
    def test_applies_to_every_dependent_use_case(self, settings: Settings, name: str) -> None:
        stub = Stub()
        container = a_container(settings=settings, **{name: stub})
        dependent = [each for each in USE_CASES if PROVIDERS[name] in providers_of(each)]
        assert dependent
        missed = [
            each
            for each in dependent
            if not any(found is stub for found in reachable(container.providers[each]()))
        ]
        assert missed == []

    def test_unknown_name_is_an_error(self, settings: Settings) -> None:
        with pytest.raises(AttributeError, match="nonsense"):
            Container(settings=settings, nonsense=1)

    def test_containers_are_independent(self, settings: Settings) -> None:
        Container(settings=settings, users=Stub())
        assert not isinstance(Container(settings=settings).users(), Stub)


class TestSettings:
    def test_missing_settings_are_named(self) -> None:
        with pytest.raises(Error, match="settings"):
            Container().rate_limiter()

    def test_wrong_type_is_rejected(self) -> None:
        with pytest.raises(Error, match="Settings"):
            Container(settings=object()).rate_limiter()


class TestMixins:
    def test_refer_to_earlier_mixins_only(self) -> None:
        """Each mixin builds on earlier ones, so a capability can be read without the later ones."""
        mixins = [base for base in Container.__bases__ if issubclass(base, DeclarativeContainer)]
        allowed = {Shared.__module__, "fastauth.entrypoints.container.use_cases"}
        for mixin in mixins:
            tree = ast.parse(inspect.getsource(sys.modules[mixin.__module__]))
            imported = {
                node.module
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
                and (node.module or "").startswith("fastauth.entrypoints.container")
            }
            assert imported <= allowed, mixin.__name__
            allowed.add(mixin.__module__)

    def test_each_provider_is_defined_once(self) -> None:
        names = [
            name
            for base in Container.__bases__
            for name in vars(base)["cls_providers"]
            if name not in Shared.providers
        ]
        assert len(names) == len(set(names))

"""How a command runs: settings, a container of its own, and mistakes told in one line."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

from fastauth.entrypoints.production import SCHEMA_OUTDATED, InsecureSettings, ModeNotSet, production_errors
from fastauth.entrypoints.settings import Settings, SettingsError

if TYPE_CHECKING:
    from fastauth.entrypoints.container import Container

Result = TypeVar("Result")


def runnable_settings_or_exit() -> Settings:
    """Return the settings, or say what is wrong with them or refused in production, and exit."""
    settings = load_settings_or_exit()
    if reasons := production_errors(settings):
        _fail_for(reasons)
    return settings


def load_settings_or_exit() -> Settings:
    """Return the settings, fit for production or not, or say what is wrong with them and exit."""
    try:
        return Settings.load()
    except SettingsError as error:
        fail(str(error))


def run(act: "Callable[[Container], Awaitable[Result]]", settings: Settings | None = None) -> Result:
    """Return what `act` does with a container of its own, or say what an operator can mend and exit."""
    from fastauth.adapters.sql import OPERATOR_DEADLINE, SchemaOutdated, UnsupportedSchema
    from fastauth.domain.audit.event import Actor, EventSource
    from fastauth.domain.errors import FastauthError, StorageUnavailable
    from fastauth.domain.signing_keys.errors import KeyUnwrapFailed
    from fastauth.entrypoints.container import Container
    from fastauth.entrypoints.request_origin import event_source
    from fastauth.entrypoints.startup import shut_down

    container = Container(
        settings=settings or runnable_settings_or_exit(), database_deadline=OPERATOR_DEADLINE
    )

    async def whole() -> Result:
        try:
            with event_source(EventSource(Actor.OPERATOR)):
                return await act(container)
        finally:
            await shut_down(container)

    logging.getLogger("fastauth").setLevel(logging.ERROR)  # what matters is told below, in one line
    try:
        return asyncio.run(whole())
    except InsecureSettings as refused:
        _fail_for(refused.reasons)
    except ModeNotSet as refused:
        fail(str(refused))
    except SchemaOutdated:
        fail(SCHEMA_OUTDATED)
    except StorageUnavailable as away:
        fail(f"the database cannot be used: {away.reason}; check FASTAUTH_DATABASE_URL")
    except KeyUnwrapFailed:
        fail(
            "the signing keys are sealed under another secret key;"
            " give that one as FASTAUTH_SECRET_KEY or FASTAUTH_SECRET_KEY_PREVIOUS"
        )
    except UnsupportedSchema as refused:
        fail(str(refused))
    except FastauthError as error:
        fail(error.detail)


def fail(line: str) -> NoReturn:
    """Say what is wrong, and exit with status 1."""
    typer.echo(f"fastauth: {line}", err=True)
    raise typer.Exit(1)


def _fail_for(reasons: list[str]) -> NoReturn:
    fail("\n  ".join(["production refuses to run like this:", *reasons]))

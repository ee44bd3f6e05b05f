"""Run a command with a container of its own, and report errors in one line."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

from fastauth.entrypoints.production import SCHEMA_OUTDATED, InsecureSettings, ModeNotSet, production_errors
from fastauth.entrypoints.settings import Settings, SettingsError

if TYPE_CHECKING:
    from fastauth.entrypoints.container import Container

Result = TypeVar("Result")


def runnable_settings_or_exit() -> Settings:
    """Return the settings. Exit with an error if they are invalid, or insecure in production mode."""
    settings = load_settings_or_exit()
    if reasons := production_errors(settings):
        _fail_insecure(reasons)
    return settings


def load_settings_or_exit() -> Settings:
    """Return the settings. Exit with an error if they are invalid; insecure settings are accepted."""
    try:
        return Settings.load()
    except SettingsError as error:
        fail(str(error))


def run(act: "Callable[[Container], Awaitable[Result]]", settings: Settings | None = None) -> Result:
    """Run `act` with a new container and return its result. Exit with one line on an expected error."""
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

    async def act_and_shut_down() -> Result:
        try:
            with event_source(EventSource(Actor.OPERATOR)):
                return await act(container)
        finally:
            await shut_down(container)

    logging.getLogger("fastauth").setLevel(logging.ERROR)  # errors are reported below, in one line
    try:
        with _quiet_pool():
            return asyncio.run(act_and_shut_down())
    except InsecureSettings as error:
        _fail_insecure(error.reasons)
    except ModeNotSet as error:
        fail(str(error))
    except SchemaOutdated:
        fail(SCHEMA_OUTDATED)
    except StorageUnavailable as error:
        fail(f"the database cannot be used: {error.reason}; check FASTAUTH_DATABASE_URL")
    except KeyUnwrapFailed:
        fail(
            "the signing keys are encrypted with another secret key;"
            " set it as FASTAUTH_SECRET_KEY or FASTAUTH_SECRET_KEY_PREVIOUS"
        )
    except UnsupportedSchema as error:
        fail(str(error))
    except FastauthError as error:
        fail(error.detail)


@contextmanager
def _quiet_pool() -> Iterator[None]:
    """Do not log a rollback that Ctrl-C cancelled. The connection is closed in any case."""
    log = logging.getLogger("sqlalchemy.pool")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def fail(line: str) -> NoReturn:
    """Print an error of one line, and exit with status 1."""
    typer.echo(f"fastauth: {line}", err=True)
    raise typer.Exit(1)


def _fail_insecure(reasons: list[str]) -> NoReturn:
    fail("\n  ".join(["insecure settings for FASTAUTH_MODE=production:", *reasons]))

"""What an operator can set, where it comes from, and what is refused.

Every setting is an environment variable with the prefix ``FASTAUTH_``, a line in ``.env``, or a
file of that name in the secrets directory; the first of these that has it wins.
"""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "FASTAUTH_"
TEST_PREFIX = "FASTAUTH_TEST_"
SECRETS_DIRECTORY = "FASTAUTH_SECRETS_DIR"
DEFAULT_SECRETS_DIRECTORY = "/run/secrets"


class SettingsError(Exception):
    """A setting is unknown, malformed or not allowed. The text names it and never its value."""


class Mode(StrEnum):
    """How strict fastauth is."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _database_url(value: object) -> URL:
    try:
        url = make_url(value if isinstance(value, URL) else str(value))
    except (ArgumentError, ValueError):
        raise ValueError("is not a database URL such as postgresql://user:password@host/name") from None
    match url.drivername:
        case "sqlite" | "sqlite+aiosqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgres" | "postgresql" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
    raise ValueError("must begin with sqlite:// or postgresql://; the drivers are aiosqlite and psycopg")


class Settings(BaseSettings):
    """The settings, checked. Use `load` to have mistakes told in one line."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    mode: Mode = Mode.DEVELOPMENT
    database_url: Annotated[URL, NoDecode, BeforeValidator(_database_url)] = Field(
        default=URL.create("sqlite+aiosqlite", database="fastauth.db"), repr=False
    )
    database_pool_size: int = Field(default=10, ge=1, le=1_000)
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65_535)
    workers: int = Field(default=1, ge=1, le=256)
    docs: bool = False
    password_min_length: int = Field(default=1, ge=1, le=256)
    password_blocklist: bool = False
    argon2_memory_kib: int = Field(default=19_456, ge=8, le=4_194_304)
    argon2_time_cost: int = Field(default=2, ge=1, le=1_000)
    argon2_parallelism: int = Field(default=1, ge=1, le=64)

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_mode(cls, given: dict[str, Any]) -> dict[str, Any]:
        production = given.get("mode") == Mode.PRODUCTION
        return {
            "docs": not production,
            "password_min_length": 8 if production else 1,
            "password_blocklist": production,
        } | given

    @model_validator(mode="after")
    def _argon2_is_possible(self) -> Self:
        if self.argon2_memory_kib < 8 * self.argon2_parallelism:
            raise ValueError(
                "FASTAUTH_ARGON2_MEMORY_KIB must be at least 8 times FASTAUTH_ARGON2_PARALLELISM"
            )
        return self

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.mode is Mode.PRODUCTION and not _meets_owasp(self.argon2_memory_kib, self.argon2_time_cost):
            raise ValueError(
                "FASTAUTH_ARGON2_MEMORY_KIB and FASTAUTH_ARGON2_TIME_COST are below OWASP's minimum, "
                "which is 19456 and 2 or as strong; production refuses that"
            )
        return self

    @property
    def relaxed(self) -> list[str]:
        """What is laxer now than production would have it."""
        if self.mode is Mode.PRODUCTION:
            return []
        return [
            f"passwords from {self.password_min_length} character{'s' * (self.password_min_length > 1)}",
            *(["no password blocklist"] if not self.password_blocklist else []),
            *(["/docs is open"] if self.docs else []),
        ]

    @classmethod
    def load(cls) -> Self:
        """Read the settings of this process.

        Raises:
            SettingsError: Something is set that cannot be used.
        """
        directory = _secrets_directory()
        _refuse_unknown(directory)
        try:
            return cls(_secrets_dir=directory)  # type: ignore[call-arg]  # BaseSettings takes it
        except ValidationError as error:
            raise SettingsError("; ".join(map(_told, error.errors(include_input=False)))) from None


def _meets_owasp(memory_kib: int, time_cost: int) -> bool:
    """Compare with the equally strong minima of OWASP's Password Storage Cheat Sheet."""
    minima = ((47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5))
    return any(memory_kib >= memory and time_cost >= passes for memory, passes in minima)


def _secrets_directory() -> Path | None:
    named = os.environ.get(SECRETS_DIRECTORY) or dotenv_values(".env").get(SECRETS_DIRECTORY)
    if named and not Path(named).is_dir():
        raise SettingsError(f"{SECRETS_DIRECTORY} names no directory")
    directory = Path(named or DEFAULT_SECRETS_DIRECTORY)
    return directory if directory.is_dir() else None


def _refuse_unknown(directory: Path | None) -> None:
    names = {*os.environ, *dotenv_values(".env")}
    if directory:
        names |= {path.name for path in directory.iterdir()}
    known = {PREFIX + field.upper() for field in Settings.model_fields} | {SECRETS_DIRECTORY}
    for name in sorted(names):
        upper = name.upper()
        if upper.startswith(PREFIX) and not upper.startswith(TEST_PREFIX) and upper not in known:
            raise SettingsError(f"{_printable(name)} is not a setting of fastauth")


def _told(error: Any) -> str:  # noqa: ANN401  a TypedDict of pydantic_core's
    message = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return str(message)
    return f"{PREFIX}{str(error['loc'][0]).upper()}: {message[0].lower() + message[1:]}"


def _printable(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "?", name)[:80]

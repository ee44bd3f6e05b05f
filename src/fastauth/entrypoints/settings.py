"""What an operator can set, where it comes from, and what is refused.

Every setting is an environment variable with the prefix ``FASTAUTH_``, a line in ``.env``, or a
file of that name in the secrets directory; the first of these that has it wins.
"""

import os
import re
from enum import StrEnum
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from unicodedata import normalize
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from fastauth.adapters.passwords import BreachedPasswords
from fastauth.domain.secret_key import LEAST_BYTES
from fastauth.domain.tokens import LONGEST_LIFE

Network = IPv4Network | IPv6Network

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


def _networks(value: object) -> tuple[Network, ...]:
    """Read addresses and networks with commas or spaces between them."""
    given = value if isinstance(value, tuple) else re.split(r"[,\s]+", str(value))
    try:
        return tuple(ip_network(each) for each in given if each)
    except ValueError:
        raise ValueError(
            "must be addresses or networks such as 10.0.0.0/8, with commas between them"
        ) from None


def _words(value: object) -> tuple[str, ...]:
    """Read words with commas between them."""
    given = value if isinstance(value, tuple) else str(value).split(",")
    return tuple(word for each in given if (word := normalize("NFC", str(each)).strip()))


def _breach_file(value: object) -> Path | None:
    """Open the file once, so that the start is refused where no password could be looked up in it."""
    if not value:  # compose files pass on what is not set as nothing
        return None
    BreachedPasswords(path := Path(str(value)))
    return path


def _issuer(value: str | None) -> str | None:
    """RFC 8414, section 2: a URL without query and fragment; https, but for this machine."""
    if not value:  # compose files pass on what is not set as nothing
        return None
    url = urlsplit(value)
    local = url.hostname in {"127.0.0.1", "::1", "localhost"}
    if not (url.scheme == "https" or (url.scheme == "http" and local)) or not url.hostname:
        raise ValueError("must be a URL that begins with https://")
    if url.query or url.fragment or value.endswith("/"):
        raise ValueError("must be a URL without query, fragment and slash at the end")
    return value


def _tracing(value: str) -> str:
    if value != "off" and not find_spec("opentelemetry.exporter"):
        raise ValueError("needs packages that are not installed: pip install 'fastauth[tracing]'")
    return value


class Settings(BaseSettings):
    """The settings, checked. Use `load` to have mistakes told in one line.

    What makes sense but is not for production is left to `fastauth.entrypoints.production`.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    mode: Mode = Mode.DEVELOPMENT
    database_url: Annotated[URL, NoDecode, BeforeValidator(_database_url)] = Field(
        default=URL.create("sqlite+aiosqlite", database="fastauth.db"), repr=False
    )
    database_pool_size: int = Field(default=10, ge=1, le=1_000)
    database_prepared_statements: bool = True
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65_535)
    workers: int = Field(default=1, ge=1, le=256)
    metrics_host: str = Field(default="127.0.0.1", min_length=1)
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    tracing: Annotated[Literal["off", "otlp"], AfterValidator(_tracing)] = "off"
    docs: bool = False
    request_timeout_seconds: float = Field(default=10, gt=0, le=300)
    connections_per_address: int = Field(default=1_000, ge=1)
    shutdown_delay_seconds: float = Field(default=0, ge=0, le=300)
    shutdown_timeout_seconds: int = Field(default=10, ge=0, le=600)
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = ()
    limits: bool = False
    limit_log_ins: int = Field(default=30, ge=1)
    limit_failures: int = Field(default=10, ge=1)
    limit_registrations: int = Field(default=20, ge=1)
    limit_guesses: int = Field(default=5, ge=1)
    limit_owner_guesses: int = Field(default=10, ge=1)
    limit_delay_seconds: float = Field(default=900, ge=1, le=86_400)
    limit_in_a_row: int = Field(default=100, ge=1, le=100)
    password_min_length: int = Field(default=1, ge=1, le=256)
    password_blocklist: bool = False
    password_context_words: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)] = ()
    password_breach_file: Annotated[Path | None, BeforeValidator(_breach_file)] = None
    argon2_memory_kib: int = Field(default=19_456, ge=8, le=4_194_304)
    argon2_time_cost: int = Field(default=2, ge=1, le=1_000)
    argon2_parallelism: int = Field(default=1, ge=1, le=64)
    secret_key: SecretStr | None = None
    secret_key_previous: SecretStr | None = None
    issuer: Annotated[str | None, AfterValidator(_issuer)] = None
    audience: str | None = Field(default=None, min_length=1)
    signing_algorithm: Literal["ES256", "Ed25519"] = "ES256"
    signing_key_days: float = Field(default=90, gt=0, le=3_650)
    jwks_max_age: int = Field(default=300, ge=1, le=86_400)
    access_token_seconds: int = Field(default=300, ge=1, le=LONGEST_LIFE.total_seconds())
    refresh_idle_days: float = Field(default=7, gt=0, le=365)
    refresh_absolute_days: float = Field(default=30, gt=0, le=365)
    refresh_grace_seconds: float = Field(default=10, ge=0, le=60)
    audit_days: float = Field(default=365, gt=0, le=3_650)
    audit_address_days: float = Field(default=30, ge=0, le=3_650)

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_mode(cls, given: dict[str, Any]) -> dict[str, Any]:
        production = given.get("mode") == Mode.PRODUCTION
        return {
            "docs": not production,
            "limits": production,
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

    @field_validator("secret_key", "secret_key_previous")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value().encode()) < LEAST_BYTES:
            raise ValueError(
                f"must have at least {LEAST_BYTES} bytes; make one with: openssl rand -base64 32"
            )
        return value

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.database_url.get_backend_name() == "sqlite"

    @property
    def has_file(self) -> bool:
        """Whether the database is a file of this machine."""
        return self.is_sqlite and self.database_url.database not in (None, "", ":memory:")

    @property
    def issuer_url(self) -> str:
        """Who issues the tokens: the URL at which this service is reached."""
        return self.issuer or f"http://{self.host}:{self.port}"

    @property
    def relaxed(self) -> list[str]:
        """What is laxer now than production would have it."""
        if self.mode is Mode.PRODUCTION:
            return []
        return [
            f"passwords from {self.password_min_length} character{'s' * (self.password_min_length > 1)}",
            *(["no password blocklist"] if not self.password_blocklist else []),
            *(["no limits on guessing"] if not self.limits else []),
            *(["/docs is open"] if self.docs else []),
            *(["a secret key that everybody knows"] if not (self.secret_key or self.has_file) else []),
        ]

    @classmethod
    def load(cls) -> Self:
        """Read the settings of this process, whatever production may think of them.

        Raises:
            SettingsError: Something is set that cannot be used.
        """
        directory = _secrets_directory()
        _refuse_unknown(directory)
        try:
            return cls(_secrets_dir=directory)  # type: ignore[call-arg]  # BaseSettings takes it
        except ValidationError as error:
            raise SettingsError("; ".join(map(_told, error.errors(include_input=False)))) from None


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

"""What an operator can set, where it comes from, and what is refused.

Every setting is an environment variable with the prefix ``FASTAUTH_``, a line in ``.env``, or a
file of that name in the secrets directory; the first of these that has it wins.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL

from fastauth.domain.secret_key import LEAST_BYTES
from fastauth.domain.sessions.access_token import LONGEST_LIFE
from fastauth.entrypoints.settings import tls, values
from fastauth.entrypoints.settings.database_url import parse_database_url
from fastauth.entrypoints.settings.reserved_usernames import RESERVED_USERNAMES
from fastauth.entrypoints.settings.sources import PREFIX, Sources
from fastauth.entrypoints.settings.values import Network

SECRETS = frozenset({"secret_key", "secret_key_previous"})
"""Settings whose value may have several lines, as a key may that ``openssl`` wrapped."""

Host = Annotated[str, AfterValidator(values.host)]


class SettingsError(Exception):
    """A setting is unknown, malformed or not allowed. The text names it and never its value."""


class Mode(StrEnum):
    """How strict fastauth is."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """The settings, checked. Use `load` to have mistakes told in one line.

    What makes sense but is not for production is left to `fastauth.entrypoints.production`.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    mode: Mode = Mode.DEVELOPMENT
    database_url: Annotated[URL, NoDecode, BeforeValidator(parse_database_url)] = Field(
        default=URL.create("sqlite+aiosqlite", database="fastauth.db"), repr=False
    )
    database_pool_size: int = Field(default=10, ge=1, le=1_000)
    database_prepared_statements: bool | None = None
    database_private_network: bool = False
    host: Host = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    workers: int = Field(default=1, ge=1, le=256)
    metrics_host: Host = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    tracing: Annotated[Literal["off", "otlp"], AfterValidator(values.tracing)] = "off"
    docs: bool = False
    request_timeout_seconds: float = Field(default=10, gt=0, le=300)
    keep_alive_seconds: int = Field(default=75, ge=1, le=3_600)
    connections_per_address: int = Field(default=1_000, ge=1)
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    shutdown_delay_seconds: float = Field(default=0, ge=0, le=300)
    shutdown_timeout_seconds: int = Field(default=10, ge=0, le=600)
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(values.networks)] = ()
    limits: bool = False
    limit_log_ins: int = Field(default=30, ge=1)
    limit_failures: int = Field(default=10, ge=1)
    limit_registrations: int = Field(default=20, ge=1)
    limit_guesses: int = Field(default=5, ge=1)
    limit_owner_guesses: int = Field(default=10, ge=1)
    limit_delay_seconds: float = Field(default=900, ge=1, le=86_400)
    limit_in_a_row: int = Field(default=100, ge=1, le=100)
    reserved_usernames: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.words)] = ()
    password_min_length: int = Field(default=1, ge=1, le=256)
    password_blocklist: bool = False
    password_context_words: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.words)] = ()
    password_breach_file: Annotated[Path | None, BeforeValidator(values.breach_file)] = None
    argon2_memory_kib: int = Field(default=19_456, ge=8, le=4_194_304)
    argon2_time_cost: int = Field(default=2, ge=1, le=1_000)
    argon2_parallelism: int = Field(default=1, ge=1, le=64)
    foreign_hash_memory_kib: int | None = Field(default=None, ge=1_024, le=1_048_576)
    equal_refusals: bool = True
    secret_key: SecretStr | None = None
    secret_key_previous: SecretStr | None = None
    issuer: Annotated[str | None, AfterValidator(values.issuer)] = None
    audience: str | None = Field(default=None, min_length=1)
    signing_algorithm: Literal["ES256", "Ed25519"] = "ES256"
    signing_key_days: float = Field(default=90, gt=0, le=3_650)
    jwks_max_age: int = Field(default=300, ge=1, le=86_400)
    access_token_seconds: int = Field(default=300, ge=1, le=LONGEST_LIFE.total_seconds())
    refresh_idle_days: float = Field(default=7, gt=0, le=365)
    refresh_absolute_days: float = Field(default=30, gt=0, le=365)
    refresh_grace_seconds: float = Field(default=10, ge=0, le=60)
    sessions_per_account: int = Field(default=100, ge=1, le=1_000)
    audit_days: float = Field(default=365, gt=0, le=3_650)
    audit_address_days: float = Field(default=30, ge=0, le=3_650)

    _sources: Sources = PrivateAttr(default_factory=Sources)

    @field_validator("*", mode="before")
    @classmethod
    def _is_plain_text(cls, value: object, info: ValidationInfo) -> object:
        return values.plain(value, is_secret=info.field_name in SECRETS)

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_mode(cls, given: dict[str, Any]) -> dict[str, Any]:
        production = str(given.get("mode", "")).strip() == Mode.PRODUCTION
        return {
            "docs": not production,
            "limits": production,
            "password_min_length": 8 if production else 1,
            "password_blocklist": production,
            "reserved_usernames": RESERVED_USERNAMES if production else (),
        } | given

    @model_validator(mode="after")
    def _argon2_is_possible(self) -> Self:
        if self.argon2_memory_kib < 8 * self.argon2_parallelism:
            raise ValueError(
                "FASTAUTH_ARGON2_MEMORY_KIB must be at least 8 times FASTAUTH_ARGON2_PARALLELISM"
            )
        return self

    @model_validator(mode="after")
    def _certificate_has_its_key(self) -> Self:
        if not (self.tls_certificate and self.tls_key):
            if self.tls_certificate or self.tls_key:
                raise ValueError("FASTAUTH_TLS_CERTIFICATE and FASTAUTH_TLS_KEY must be set together")
        elif refusal := tls.refusal_of(self.tls_certificate, self.tls_key):
            raise ValueError(refusal)
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
        scheme = "https" if self.tls_key else "http"
        return self.issuer or f"{scheme}://{values.url_host(self.host)}:{self.port}"

    @property
    def sources(self) -> Sources:
        """Where the settings were read from, if `load` read them."""
        return self._sources

    @property
    def mode_is_said(self) -> bool:
        """Whether the mode was chosen, and is not merely the default."""
        return "mode" in self.model_fields_set

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
        found = Sources.read(frozenset(PREFIX + field.upper() for field in cls.model_fields))
        problems = list(found.problems)
        given: dict[str, Any] = {
            field: found.values[name]
            for field in cls.model_fields
            if (name := PREFIX + field.upper()) in found.values
        }
        try:  # no variable has such a name: the environment has been read
            settings = cls(_env_prefix="=", **given)  # type: ignore[call-arg]  # BaseSettings takes it
        except ValidationError as error:
            problems += map(_told, error.errors(include_input=False))
        if problems:
            raise SettingsError("; ".join(problems))
        settings._sources = found
        return settings


def _told(error: Any) -> str:  # noqa: ANN401  a TypedDict of pydantic_core's
    message = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return str(message)
    return f"{PREFIX}{str(error['loc'][0]).upper()}: {message[0].lower() + message[1:]}"

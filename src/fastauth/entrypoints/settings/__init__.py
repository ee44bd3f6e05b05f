"""What an operator can set, where it comes from, and what is refused.

Every setting is an environment variable with the prefix ``FASTAUTH_``, a line in ``.env``, or a
file of that name in the secrets directory; the first of these that has it wins. A module here has the
settings of one capability.
"""

from typing import Any, Self

from pydantic import PrivateAttr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from fastauth.entrypoints.settings import values
from fastauth.entrypoints.settings.accounts import AccountSettings
from fastauth.entrypoints.settings.audit import AuditSettings
from fastauth.entrypoints.settings.database import DatabaseSettings
from fastauth.entrypoints.settings.mode import Mode as Mode
from fastauth.entrypoints.settings.observability import ObservabilitySettings
from fastauth.entrypoints.settings.passwords import PasswordSettings
from fastauth.entrypoints.settings.rate_limits import RateLimitSettings
from fastauth.entrypoints.settings.reserved_usernames import RESERVED_USERNAMES
from fastauth.entrypoints.settings.server import ServerSettings
from fastauth.entrypoints.settings.sessions import SessionSettings
from fastauth.entrypoints.settings.signing_keys import SigningKeySettings
from fastauth.entrypoints.settings.sources import PREFIX, Sources

SECRETS = frozenset({"secret_key", "secret_key_previous"})
"""Settings whose value may have several lines, as a key may that ``openssl`` wrapped."""


class SettingsError(Exception):
    """A setting is unknown, malformed or not allowed. The text names it and never its value."""


class Settings(
    ServerSettings,
    DatabaseSettings,
    ObservabilitySettings,
    AccountSettings,
    PasswordSettings,
    SigningKeySettings,
    SessionSettings,
    RateLimitSettings,
    AuditSettings,
):
    """The settings, checked. Use `load` to have mistakes told in one line.

    What makes sense but is not for production is left to `fastauth.entrypoints.production`.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    mode: Mode = Mode.DEVELOPMENT

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
            "rate_limits": production,
            "password_min_length": 8 if production else 1,
            "password_blocklist": production,
            "reserved_usernames": RESERVED_USERNAMES if production else (),
        } | given

    @property
    def issuer_url(self) -> str:
        """Who issues the tokens: the URL at which this service is reached."""
        return self.issuer or self.own_url

    @property
    def sources(self) -> Sources:
        """Where the settings were read from, if `load` read them."""
        return self._sources

    @property
    def mode_is_set(self) -> bool:
        """Whether the mode was chosen, and is not merely the default."""
        return "mode" in self.model_fields_set

    @property
    def development_relaxations(self) -> list[str]:
        """What is laxer now than production would have it."""
        if self.mode is Mode.PRODUCTION:
            return []
        return [
            f"passwords from {self.password_min_length} character{'s' * (self.password_min_length > 1)}",
            *(["no password blocklist"] if not self.password_blocklist else []),
            *(["no limits on guessing"] if not self.rate_limits else []),
            *(["/docs is open"] if self.docs else []),
            *(
                ["a secret key that everybody knows"]
                if not (self.secret_key or self.is_file_database)
                else []
            ),
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

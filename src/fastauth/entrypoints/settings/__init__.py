"""The settings: names, defaults, sources and validation.

Every setting is an environment variable with the prefix ``FASTAUTH_``, a line in ``.env``, or a file of
that name in the secrets directory. The first source that has it wins. Each module of this package has the
settings of one capability.
"""

from typing import Any, Self

from pydantic import PrivateAttr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import PydanticBaseSettingsSource, SettingsConfigDict

from fastauth.domain.passkeys.relying_party import RelyingParty
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.entrypoints.settings import values
from fastauth.entrypoints.settings.accounts import AccountSettings
from fastauth.entrypoints.settings.audit import AuditSettings
from fastauth.entrypoints.settings.brand import BrandSettings
from fastauth.entrypoints.settings.database import DatabaseSettings
from fastauth.entrypoints.settings.login_codes import LoginCodeSettings
from fastauth.entrypoints.settings.mail import DEVELOPMENT_SERVER, MailMode, MailSettings
from fastauth.entrypoints.settings.mode import Mode as Mode
from fastauth.entrypoints.settings.observability import ObservabilitySettings
from fastauth.entrypoints.settings.passkeys import PasskeySettings
from fastauth.entrypoints.settings.passwords import PasswordSettings
from fastauth.entrypoints.settings.personal_data import PersonalDataSettings
from fastauth.entrypoints.settings.rate_limits import RateLimitSettings
from fastauth.entrypoints.settings.reserved_usernames import RESERVED_USERNAMES
from fastauth.entrypoints.settings.second_factors import SecondFactorSettings
from fastauth.entrypoints.settings.server import ServerSettings
from fastauth.entrypoints.settings.sessions import SessionSettings
from fastauth.entrypoints.settings.signing_keys import SigningKeySettings
from fastauth.entrypoints.settings.sources import PREFIX, Sources
from fastauth.entrypoints.settings.webhooks import WebhookSettings
from fastauth.entrypoints.text import plural

SECRETS = frozenset({"secret_key", "secret_key_previous"})
"""Settings whose value may have several lines: ``openssl`` wraps long keys."""


class SettingsError(Exception):
    """A setting is unknown, malformed or not allowed. The message names it and never shows its value."""


class Settings(
    ServerSettings,
    DatabaseSettings,
    ObservabilitySettings,
    AccountSettings,
    PasswordSettings,
    SigningKeySettings,
    SessionSettings,
    SecondFactorSettings,
    RateLimitSettings,
    AuditSettings,
    MailSettings,
    PasskeySettings,
    BrandSettings,
    LoginCodeSettings,
    WebhookSettings,
    PersonalDataSettings,
):
    """The validated settings. `load` reports all errors in one line.

    Values that are valid but insecure are refused by `fastauth.entrypoints.production`.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    mode: Mode = Mode.DEVELOPMENT

    _sources: Sources = PrivateAttr(default_factory=Sources)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: object,
        init_settings: PydanticBaseSettingsSource,
        env_settings: object,
        dotenv_settings: object,
        file_secret_settings: object,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take the arguments alone: `load` has read the sources, and has noted the source of each value."""
        return (init_settings,)

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
            "second_factor": SecondFactorPolicy.ROLES if production else SecondFactorPolicy.OPTIONAL,
            "mail": MailMode.OFF if production else MailMode.INBOX,
            "mail_url": None if production else DEVELOPMENT_SERVER,
        } | given

    @property
    def issuer_url(self) -> str:
        """The issuer of the tokens: the URL of this service."""
        return self.issuer or self.own_url

    @property
    def public_url(self) -> str:
        """The URL of the pages of this service: with nothing set, of this machine by its name.

        Browsers accept passkeys for ``localhost`` and not for an IP address.
        """
        return self.pages_url or self.issuer or self.own_url_by_name

    @property
    def relying_party(self) -> RelyingParty | None:
        """The relying party of passkeys; ``None`` if there are none here."""
        return self.relying_party_at(self.public_url, name=self.brand_name)

    @property
    def sources(self) -> Sources:
        """The sources that `load` has read; empty for settings that were made in another way."""
        return self._sources

    @property
    def mode_is_set(self) -> bool:
        """Whether the mode was set explicitly."""
        return "mode" in self.model_fields_set

    @property
    def development_relaxations(self) -> list[str]:
        """What development mode relaxes in comparison with production mode."""
        if self.mode is Mode.PRODUCTION:
            return []
        return [
            f"passwords from {plural(self.password_min_length, 'character')}",
            *(["no password blocklist"] if not self.password_blocklist else []),
            *(["no rate limits"] if not self.rate_limits else []),
            *(["public /docs"] if self.docs else []),
            *(["no second factor for administrators"] if self.second_factor == "optional" else []),
            *(["mails readable at /dev/inbox"] if self.mail is MailMode.INBOX else []),
            *(["a published secret key"] if not (self.secret_key or self.is_file_database) else []),
        ]

    @classmethod
    def load(cls) -> Self:
        """Read the settings of this process. Insecure ones are accepted.

        Raises:
            SettingsError: A setting is unknown or invalid, or a source cannot be read.
        """
        found = Sources.read(frozenset(PREFIX + field.upper() for field in cls.model_fields))
        problems = list(found.problems)
        given: dict[str, Any] = {
            field: found.values[name]
            for field in cls.model_fields
            if (name := PREFIX + field.upper()) in found.values
        }
        try:
            settings = cls(**given)
        except ValidationError as error:
            problems += map(_message, error.errors(include_input=False))
        if problems:
            raise SettingsError("; ".join(problems))
        settings._sources = found
        return settings


def _message(error: Any) -> str:  # noqa: ANN401  a TypedDict of pydantic_core's
    message = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return str(message)
    return f"{PREFIX}{str(error['loc'][0]).upper()}: {message[0].lower() + message[1:]}"

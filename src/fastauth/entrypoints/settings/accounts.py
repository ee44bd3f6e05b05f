"""Settings of accounts."""

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode

from fastauth.domain.accounts.registration_mode import RegistrationMode
from fastauth.entrypoints.settings import values


class AccountSettings(BaseSettings):
    """Who may register, and usernames that cannot be registered."""

    registration: RegistrationMode = RegistrationMode.OPEN
    reserved_usernames: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.words)] = ()

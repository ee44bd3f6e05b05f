"""Settings of accounts."""

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode

from fastauth.entrypoints.settings import values


class AccountSettings(BaseSettings):
    """Usernames that cannot be registered."""

    reserved_usernames: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.words)] = ()

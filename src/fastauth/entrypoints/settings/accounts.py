"""Settings of accounts."""

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode

from fastauth.entrypoints.settings import values


class AccountSettings(BaseSettings):
    """Which usernames nobody may register."""

    reserved_usernames: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.words)] = ()

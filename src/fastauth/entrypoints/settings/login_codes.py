"""Settings of front ends that receive login codes."""

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode

from fastauth.entrypoints.settings import values
from fastauth.entrypoints.settings.issuer import validate_link


def _urls(value: object) -> frozenset[str]:
    given = value if isinstance(value, frozenset) else values.words(value)
    return frozenset(url for each in given if (url := validate_link(str(each))))


class LoginCodeSettings(BaseSettings):
    """Where the pages may send a user after a log-in."""

    return_to: Annotated[frozenset[str], NoDecode, BeforeValidator(_urls)] = frozenset()

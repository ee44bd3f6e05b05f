"""Settings of the look of the pages: the name, the logo and the colour of an organisation."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode

DEFAULT_NAME = "fastauth"
MAX_NAME_LENGTH = 50
MAX_LOGO_BYTES = 65_536
"""A logo is kept in memory and is loaded by each new visitor."""

_FORMATS: tuple[tuple[str, str, Callable[[bytes], bool]], ...] = (
    ("svg", "image/svg+xml", lambda content: b"<svg" in content[:2_000]),
    ("png", "image/png", lambda content: content.startswith(b"\x89PNG\r\n\x1a\n")),
    ("webp", "image/webp", lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP"),
    ("jpg", "image/jpeg", lambda content: content.startswith(b"\xff\xd8\xff")),
)


@dataclass(frozen=True)
class Logo:
    """A picture that a browser can show."""

    ending: str
    media_type: str
    content: bytes = field(repr=False)


def _name(value: object) -> object:
    if not value:  # compose files pass an unset variable as an empty string
        return DEFAULT_NAME
    if not isinstance(value, str) or len(value) > MAX_NAME_LENGTH or not value.isprintable():
        raise ValueError(f"must be a text of at most {MAX_NAME_LENGTH} printable characters")
    return value


def _logo(value: object) -> object:
    if not value or isinstance(value, Logo):
        return value or None
    try:
        with Path(str(value)).open("rb") as file:
            content = file.read(MAX_LOGO_BYTES + 1)
    except OSError as error:
        raise ValueError(f"must be a file that can be read ({error.strerror})") from None
    if len(content) > MAX_LOGO_BYTES:
        raise ValueError(f"must be a file of at most {MAX_LOGO_BYTES // 1_024} KiB")
    for ending, media_type, fits in _FORMATS:
        if fits(content):
            return Logo(ending, media_type, content)
    raise ValueError("must be an SVG, PNG, WebP or JPEG file")


def _accent(value: object) -> object:
    if not value:
        return None
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", str(value)):
        raise ValueError("must be a colour such as #2456c8")
    return str(value).lower()


class BrandSettings(BaseSettings):
    """What the pages show of the organisation that runs the service."""

    brand_name: Annotated[str, BeforeValidator(_name)] = DEFAULT_NAME
    brand_logo: Annotated[Logo | None, NoDecode, BeforeValidator(_logo)] = None
    brand_accent: Annotated[str | None, BeforeValidator(_accent)] = None

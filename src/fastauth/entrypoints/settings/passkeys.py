"""Settings of passkeys: the relying party, and the origins of its pages and apps."""

import re
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode

from fastauth.domain.passkeys.relying_party import RelyingParty
from fastauth.domain.rate_limits.network import parse_address
from fastauth.entrypoints.settings.hosts import host, is_loopback
from fastauth.entrypoints.settings.values import words

MAX_RELATED = 5
"""Registrable domains that browsers read (Web Authentication Level 3, section 5.11.1)."""

_APP = re.compile(r"android:apk-key-hash:[A-Za-z0-9_-]+")
_DEFAULT_PORTS = {"https": 443, "http": 80}


def _rp_id(value: object) -> str | None:
    if not value:  # compose files pass an unset variable as an empty string
        return None
    name = str(value)
    if host(name) != name or parse_address(name) is not None or name != name.lower() or name.endswith("."):
        raise ValueError("must be a host name in lower case, and no IP address")
    return name


def _origins(value: object) -> tuple[str, ...]:
    return tuple(word if _APP.fullmatch(word) else _web_origin(word) for word in words(value))


def _related(value: object) -> tuple[str, ...]:
    origins = tuple(map(_web_origin, words(value)))
    if len(origins) > MAX_RELATED:
        raise ValueError(f"must be at most {MAX_RELATED} origins: browsers read no more")
    return origins


def _web_origin(word: str) -> str:
    try:
        url = urlsplit(word)
        own = origin_of(url)
        host(url.hostname or "")
    except ValueError:
        own = ""
    if own != word or (url.scheme != "https" and not is_loopback(url.hostname or "")):
        raise ValueError(
            "must be origins such as https://login.example.com, in lower case and without a path,"
            " separated by commas; http:// is for localhost"
        )
    return word


def origin_of(url: SplitResult) -> str:
    """Return the origin of a URL as browsers write it (RFC 6454, section 6.2)."""
    port = "" if url.port in {None, _DEFAULT_PORTS.get(url.scheme)} else f":{url.port}"
    name = url.hostname or ""
    return f"{url.scheme}://{f'[{name}]' if ':' in name else name}{port}"


class PasskeySettings(BaseSettings):
    """Where passkeys are made and used."""

    webauthn_rp_id: Annotated[str | None, BeforeValidator(_rp_id)] = None
    webauthn_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = ()
    webauthn_related: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_related)] = ()

    def relying_party_at(self, public_url: str, *, name: str) -> RelyingParty | None:
        """Return the relying party of pages at this URL; ``None`` if their host is an IP address.

        Browsers make no passkeys for IP addresses.
        """
        url = urlsplit(public_url)
        id_ = self.webauthn_rp_id or url.hostname or ""
        if parse_address(id_) is not None:
            return None
        own = self.webauthn_origins or (origin_of(url),)
        return RelyingParty(id=id_, name=name, origins=(*own, *self.webauthn_related))

    def is_within(self, rp_id: str, origins: Iterable[str]) -> bool:
        """Return whether browsers offer passkeys of `rp_id` at all of these origins, without related ones."""
        hosts = (urlsplit(each).hostname or "" for each in origins if not _APP.fullmatch(each))
        return all(each == rp_id or each.endswith(f".{rp_id}") for each in hosts)

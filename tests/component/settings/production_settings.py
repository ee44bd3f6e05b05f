"""Settings that production mode accepts without errors and warnings."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from fastauth.entrypoints.settings import Mode, Settings

FIT: Mapping[str, Any] = {
    "mode": Mode.PRODUCTION,
    "secret_key": token_urlsafe(32),
    "issuer": "https://auth.example",
    "trusted_proxies": "127.0.0.1",
}
POSTGRES = "postgresql://app:Zk3-w9Qx.t@"


def in_production(**changes: object) -> Settings:
    return Settings(**{**FIT, **changes})

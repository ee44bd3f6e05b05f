"""Settings of the HTTP server."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode

from fastauth.entrypoints.settings import hosts, networks, tls
from fastauth.entrypoints.settings.networks import Network

Host = Annotated[str, AfterValidator(hosts.host)]


class ServerSettings(BaseSettings):
    """Listening address, timeouts, connection limits, TLS and trusted proxies."""

    host: Host = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    workers: int = Field(default=1, ge=1, le=256)
    docs: bool = False
    request_timeout_seconds: float = Field(default=10, gt=0, le=300)
    keep_alive_seconds: int = Field(default=75, ge=1, le=3_600)
    max_pending_connections_per_ip: int = Field(default=1_000, ge=1)
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    shutdown_delay_seconds: float = Field(default=0, ge=0, le=300)
    shutdown_timeout_seconds: int = Field(default=10, ge=0, le=600)
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(networks.networks)] = ()

    @model_validator(mode="after")
    def _certificate_has_its_key(self) -> Self:
        if not (self.tls_certificate and self.tls_key):
            if self.tls_certificate or self.tls_key:
                raise ValueError("FASTAUTH_TLS_CERTIFICATE and FASTAUTH_TLS_KEY must be set together")
        elif refusal := tls.certificate_error(self.tls_certificate, self.tls_key):
            raise ValueError(refusal)
        return self

    @property
    def own_url(self) -> str:
        """The URL of the listening address."""
        scheme = "https" if self.tls_key else "http"
        return f"{scheme}://{hosts.url_host(self.host)}:{self.port}"

    @property
    def own_url_by_name(self) -> str:
        """The URL of the listening address; with ``localhost`` instead of an address of loopback."""
        scheme = "https" if self.tls_key else "http"
        name = "localhost" if hosts.is_loopback(hosts.url_host(self.host)) else hosts.url_host(self.host)
        return f"{scheme}://{name}:{self.port}"

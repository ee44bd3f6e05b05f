"""Settings of metrics and traces."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from fastauth.entrypoints.settings import values
from fastauth.entrypoints.settings.server import Host


class ObservabilitySettings(BaseSettings):
    """The address of the metrics, and the export of traces."""

    metrics_host: Host = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    tracing: Annotated[Literal["off", "otlp"], AfterValidator(values.tracing)] = "off"

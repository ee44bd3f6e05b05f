"""Settings of webhooks."""

import re
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode

from fastauth.domain.errors import InvalidInput
from fastauth.domain.outbound.target import NamedHosts


def _hosts(value: object) -> object:
    if isinstance(value, NamedHosts):
        return value
    try:
        return NamedHosts.parse(*filter(None, re.split(r"[,\s]+", str(value))))
    except InvalidInput:
        raise ValueError(
            "must be hosts such as billing.internal, billing.internal:9443 or http://billing:8080,"
            " separated by commas"
        ) from None


class WebhookSettings(BaseSettings):
    """Where webhooks may lead."""

    webhook_hosts: Annotated[NamedHosts, NoDecode, BeforeValidator(_hosts)] = NamedHosts()

"""Providers of what seals all stored secrets again."""

from dependency_injector.providers import List, Object, Provider, Singleton
from sqlalchemy import Column, ColumnElement

from fastauth.adapters.sql import (
    SqlSealedColumn,
    idempotency_key,
    one_time_token,
    outbox,
    signing_key,
    totp,
    webhook,
)
from fastauth.application.idempotency.run_once import RESPONSE_PURPOSE
from fastauth.application.secret_box.reseal_columns import ResealColumns
from fastauth.domain.one_time_tokens.token import PAYLOAD_PURPOSE
from fastauth.domain.outbox.sealed import PURPOSE as OUTBOX_PURPOSE
from fastauth.domain.second_factors.totp import TOTP_PURPOSE
from fastauth.domain.secret_box import SealedColumn
from fastauth.domain.signing_keys.signing_key import SEAL_PURPOSE
from fastauth.domain.webhooks.secret import SECRET_PURPOSE as WEBHOOK_PURPOSE
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.use_cases import use_case


def _sealed(
    column: Column[str], purpose: str, *, unless: ColumnElement[bool] | None = None
) -> Provider[SealedColumn]:
    return Singleton(
        SqlSealedColumn,
        connections=Shared.database.provided.autocommit,
        column=Object(column),
        purpose=purpose,
        is_sealed=Object(None if unless is None else ~unless),
    )


class SecretBoxes(Shared):
    """See `fastauth.domain.secret_box`; the box itself is in `Shared`."""

    sealed_columns = List(
        _sealed(signing_key.c.sealed, SEAL_PURPOSE),
        _sealed(outbox.c.sealed, OUTBOX_PURPOSE),
        _sealed(one_time_token.c.payload, PAYLOAD_PURPOSE, unless=one_time_token.c.payload.like("{%")),
        _sealed(idempotency_key.c.response, RESPONSE_PURPOSE),
        _sealed(totp.c.sealed, TOTP_PURPOSE),
        _sealed(webhook.c.secret, WEBHOOK_PURPOSE),
        _sealed(webhook.c.previous_secret, WEBHOOK_PURPOSE),
    )
    """Every column with texts of `SecretBox`."""

    reseal_columns = use_case(ResealColumns, columns=sealed_columns, secret_box=Shared.secret_box)

"""The header ``Idempotency-Key``."""

from typing import Annotated

from fastapi import Depends, Header, Request

from fastauth.domain.errors import InvalidInput
from fastauth.domain.idempotency.errors import FIELD, NOT_A_KEY
from fastauth.domain.idempotency.key import IdempotencyKey

DESCRIPTION = (
    "A name of this request, 16 to 64 characters, such as a UUID. The same request with the same key has"
    " the same response for 24 hours. A request that fails is not kept."
)


async def idempotency_key(
    request: Request,
    _header: Annotated[str | None, Header(alias=FIELD, description=DESCRIPTION)] = None,
) -> IdempotencyKey | None:
    """Return the key of a request, if it has one.

    Raises:
        InvalidInput: It is no key, or there are several.
    """
    sent = request.headers.getlist(FIELD)
    if len(sent) > 1:
        raise InvalidInput(NOT_A_KEY)
    return IdempotencyKey.parse(sent[0]) if sent else None


IdempotencyKeyDep = Annotated[IdempotencyKey | None, Depends(idempotency_key)]

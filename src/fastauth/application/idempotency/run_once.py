"""Run a request with an idempotency key once."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from fastauth.application.idempotency.shared_unit_of_work import SharedUnitOfWork
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput
from fastauth.domain.idempotency.errors import REUSED, IdempotencyKeyInUse
from fastauth.domain.idempotency.key import LIFETIME, AnsweredRequest, RepeatableRequest
from fastauth.domain.principals.principal import Principal
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.unit_of_work import Transaction

RESPONSE_PURPOSE = "response of a repeatable request"
"""The purpose for which `SecretBox` seals responses: some show a secret, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOnce:
    """Return the response of a request, or the stored one if the same request was answered before.

    The response is stored in the transaction of the request, with the revocations that follow the commit: one
    that failed is made by the repetition. An error is not stored.
    """

    unit_of_work: SharedUnitOfWork
    secret_box: SecretBox
    clock: Clock

    async def __call__(
        self,
        request: RepeatableRequest,
        run: Callable[[], Awaitable[str]],
        *,
        acting: Principal,
        permission: str | None = None,
    ) -> str:
        """Return the response. `run` handles the request, for which `acting` needs `permission`, if any.

        Raises:
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission, or has lost it since the first response.
            IdempotencyKeyInUse: The request with this key is being processed.
            InvalidInput: Another request was sent with this key.
            StorageUnavailable: The request may or may not have been applied.
        """
        if permission is not None:
            acting.require(permission)  # before the transaction, and before a stored response
        now = self.clock.now()
        async with self.unit_of_work.share() as shared:
            transaction = shared.transaction
            if not await transaction.answered_requests.lock(request.digests):
                raise IdempotencyKeyInUse
            answered = await transaction.answered_requests.find(request.digests, now=now)
            if answered:
                if not request.is_same_as(answered) or answered.response is None:
                    raise InvalidInput(REUSED)
                return await self._repeat(transaction, answered.response, now=now)
            response = await run()
            revoked = [(each.kind, each.value) for each in shared.revocations]
            content = json.dumps({"response": response, "revoked": revoked})
            stored = AnsweredRequest(
                fingerprint=request.fingerprints[0],
                user_id=acting.user_id,
                response=self.secret_box.seal(content, purpose=RESPONSE_PURPOSE),
                expires_at=now + LIFETIME,
            )
            await transaction.answered_requests.add(request.digest, stored, now=now)
            await transaction.commit()
        return response

    async def _repeat(self, transaction: Transaction, sealed: str, *, now: datetime) -> str:
        content = json.loads(self.secret_box.open(sealed, purpose=RESPONSE_PURPOSE))
        for kind, value in content["revoked"]:
            await transaction.revocations.add(Revocation(now, RevocationKind(kind), value))
        await transaction.commit()
        response: str = content["response"]
        return response

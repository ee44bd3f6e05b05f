"""Store that the user of a session has authenticated again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.clock import Clock
from fastauth.domain.passwords.errors import WrongPassword
from fastauth.domain.roles.role import Grants
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.sessions.access_token import AccessClaims, AccessToken
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.ports import AccessTokens, SessionRepository
from fastauth.domain.sessions.proof import Proof
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStepUp:
    """Store the time and the methods of a step-up, and sign an access token that has them."""

    sessions: SessionRepository
    access_tokens: AccessTokens
    unit_of_work: UnitOfWork
    clock: Clock

    @asynccontextmanager
    async def refusing_ended(self, caller: AuthenticatedUser) -> AsyncIterator[None]:
        """Replace a refusal within the block by that of an ended session, if the session has ended.

        The answer is the same for a right and a wrong proof, so an ended session reveals neither.

        Raises:
            InvalidAccessToken: The session has ended meanwhile, or its user was disabled.
        """
        try:
            yield
        except (WrongPassword, InvalidSecondFactor):
            if await self.sessions.find(caller.session.id, now=self.clock.now()) is None:
                raise InvalidAccessToken from None
            raise

    async def __call__(
        self,
        caller: AuthenticatedUser,
        *,
        methods: tuple[str, ...],
        proof: Proof,
        now: datetime,
        store: Callable[[Transaction], Awaitable[None]] | None = None,
    ) -> AccessToken | None:
        """Return the token; ``None`` if the session has ended, or the proof does not hold any more.

        `store` runs in the same transaction after the step-up was stored.

        Raises:
            NoActiveSigningKey: There is no key to sign with.
            StorageUnavailable: The step-up may or may not have been stored.
        """

        async def step_up(sessions: SessionRepository) -> Grants | None:
            return await sessions.step_up(caller.session.id, methods=methods, proof=proof, now=now)

        await self.access_tokens.check_key()
        if store is None:
            grants = await step_up(self.sessions)
        else:
            async with self.unit_of_work.begin() as transaction:
                grants = await step_up(transaction.sessions)
                if grants is not None:
                    await store(transaction)
                    await transaction.commit()
        if grants is None:
            return None
        claims = AccessClaims(
            user_id=caller.user.id,
            session_id=caller.session.id,
            authenticated_at=now,
            amr=methods,
            grants=grants,
        )
        return await self.access_tokens.issue(claims, issued_at=now)

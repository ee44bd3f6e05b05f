"""Change one's password."""

from dataclasses import dataclass

from fastauth.domain.errors import InvalidCredentials, InvalidInput, WrongPassword
from fastauth.domain.event import Event, EventKind
from fastauth.domain.password import Password, PasswordPolicy
from fastauth.domain.ports import Clock, PasswordHasher, UnitOfWork
from fastauth.domain.session import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Replace the caller's password, and end every session but the one that asks."""

    hasher: PasswordHasher
    passwords: PasswordPolicy
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: Caller, current_password: str, new_password: str) -> None:
        """Replace the password.

        Raises:
            InvalidInput: The new password breaks a rule.
            WrongPassword: The current password is not the one given, or no longer.
            Unavailable: Try again later.
        """
        user = caller.user
        own_words = (user.username.spelling, user.fullname.text)
        try:
            new = self.passwords.choose(new_password, own_words=own_words)
        except InvalidInput as error:
            raise error.about("new_password") from None
        try:
            await self.hasher.verify(Password.parse(current_password), user.password_hash)
        except (InvalidCredentials, InvalidInput):
            raise WrongPassword from None
        new_hash = await self.hasher.hash(new)

        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            if not await transaction.users.replace_password(user.id, known=user.password_hash, new=new_hash):
                raise WrongPassword
            await transaction.sessions.end(user.id, but=caller.session.id, now=now)
            await transaction.events.record(
                Event(kind=EventKind.PASSWORD_CHANGED, at=now, user_id=user.id, session_id=caller.session.id)
            )
            await transaction.commit()

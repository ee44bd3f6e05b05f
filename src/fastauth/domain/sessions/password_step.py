"""What the first step of a log-in has found, for the second one."""

import json
from dataclasses import dataclass, field
from typing import Self

from fastauth.domain.accounts.user import UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.passwords.password import PasswordHash


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordStep:
    """A right password of an account that has a second factor.

    The password hash ends the challenge once the password is changed.
    """

    user_id: UserId
    username: Username
    password_hash: PasswordHash = field(repr=False)
    device: str | None
    """The id of the known device, unless it is locked for good."""
    notify: bool
    """Whether the owner gets a mail about a log-in."""

    def to_json(self) -> str:
        """Return a JSON text, which is to be sealed."""
        return json.dumps(
            {
                "user_id": self.user_id,
                "username": self.username.display,
                "username_key": self.username.canonical,
                "password_hash": self.password_hash.encoded,
                "device": self.device,
                "notify": self.notify,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the step of a text of `to_json`."""
        found = json.loads(text)
        return cls(
            user_id=UserId(found["user_id"]),
            username=Username(found["username"], found["username_key"]),
            password_hash=PasswordHash(found["password_hash"]),
            device=found["device"],
            notify=found["notify"],
        )

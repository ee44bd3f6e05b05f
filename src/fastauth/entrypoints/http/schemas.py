"""Response bodies that routes of more than one capability send."""

from pydantic import BaseModel, Field

from fastauth.domain.accounts.user import User


class UserResponse(BaseModel):
    """An account."""

    id: int = Field(examples=[1])
    username: str = Field(examples=["santosh"])
    fullname: str = Field(examples=["Santosh Kumar"])

    @classmethod
    def of(cls, user: User) -> "UserResponse":
        """Return the account as it is sent."""
        return cls(id=user.id, username=user.username.display, fullname=user.fullname.text)

"""Response bodies that routes of more than one capability send."""

from datetime import datetime

from pydantic import BaseModel, Field

from fastauth.domain.accounts.user import User
from fastauth.domain.email_addresses.record import AddressRecord


class AcceptedResponse(BaseModel):
    """Nothing: the request is queued, and its outcome is not in the response."""


class UserResponse(BaseModel):
    """An account."""

    id: int = Field(examples=[1])
    username: str = Field(examples=["santosh"])
    fullname: str = Field(examples=["Santosh Kumar"])

    @classmethod
    def of(cls, user: User) -> "UserResponse":
        """Return the account as it is sent."""
        return cls(id=user.id, username=user.username.display, fullname=user.fullname.text)


class EmailResponse(BaseModel):
    """A verified e-mail address."""

    address: str = Field(examples=["santosh@example.com"])
    verified_at: datetime

    @classmethod
    def of(cls, record: AddressRecord) -> "EmailResponse":
        """Return a verified address as it is sent."""
        return cls(address=record.address.text, verified_at=record.verified_at or record.added_at)

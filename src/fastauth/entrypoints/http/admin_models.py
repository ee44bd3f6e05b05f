"""Response bodies of the admin routes about accounts. None has a secret, or a value that stands for one."""

from datetime import datetime

from pydantic import BaseModel, Field

from fastauth.application.administration.get_user_by_admin import ManagedUser
from fastauth.domain.administration.user_search import ListedUser
from fastauth.domain.email_addresses.record import AddressRecord
from fastauth.domain.roles.ports import UserRole

_ERASE_AT = "When a closing account is to be erased; null for an account that is not closing."


class ListedUserResponse(BaseModel):
    """An account in a list."""

    id: int = Field(examples=[1])
    username: str = Field(examples=["santosh"])
    fullname: str = Field(examples=["Santosh Kumar"])
    email: str | None = Field(
        description="The verified address; in a search by address, the one that was found.",
        examples=["santosh@example.com"],
    )
    disabled_at: datetime | None
    erase_at: datetime | None = Field(description=_ERASE_AT)
    has_second_factor: bool
    roles: list[str] = Field(examples=[["clerk"]])

    @classmethod
    def of(cls, listed: ListedUser) -> "ListedUserResponse":
        """Return the account as it is sent."""
        user = listed.user
        return cls(
            id=user.id,
            username=user.username.display,
            fullname=user.fullname.text,
            email=listed.email,
            disabled_at=user.disabled_at,
            erase_at=listed.erase_at,
            has_second_factor=user.has_second_factor,
            roles=list(listed.roles),
        )


class AdminEmailResponse(BaseModel):
    """An e-mail address of an account."""

    address: str = Field(examples=["santosh@example.com"])
    added_at: datetime
    verified_at: datetime | None
    undeliverable_at: datetime | None = Field(description="When a mail server last refused mail for it.")

    @classmethod
    def of(cls, record: AddressRecord | None) -> "AdminEmailResponse | None":
        """Return the address as it is sent."""
        if record is None:
            return None
        return cls(
            address=record.address.text,
            added_at=record.added_at,
            verified_at=record.verified_at,
            undeliverable_at=record.undeliverable_at,
        )


class UserRoleResponse(BaseModel):
    """A role that a user has."""

    role: str = Field(examples=["clerk"])
    granted_at: datetime
    granted_by: int | None = Field(description="The user who granted it; null for an operator.")

    @classmethod
    def of(cls, held: UserRole) -> "UserRoleResponse":
        """Return the role as it is sent."""
        return cls(role=held.role, granted_at=held.granted_at, granted_by=held.granted_by)


class ManagedUserResponse(BaseModel):
    """An account as an administrator sees it."""

    id: int = Field(examples=[1])
    username: str = Field(examples=["santosh"])
    fullname: str = Field(examples=["Santosh Kumar"])
    locale: str | None = Field(examples=["de"])
    disabled_at: datetime | None
    erase_at: datetime | None = Field(description=_ERASE_AT)
    email: AdminEmailResponse | None = Field(description="The verified address.")
    pending_email: AdminEmailResponse | None
    has_password: bool
    passkeys: int = Field(description="How many there are.")
    totp_since: datetime | None = Field(description="When an authenticator app was confirmed.")
    totp_locked: bool
    recovery_codes: int = Field(description="How many are left.")
    roles: list[UserRoleResponse]
    permissions: list[str] = Field(examples=[["orders:read"]])

    @classmethod
    def of(cls, managed: ManagedUser) -> "ManagedUserResponse":
        """Return the account as it is sent."""
        details, factors = managed.details, managed.factors
        return cls(
            id=details.user.id,
            username=details.user.username.display,
            fullname=details.user.fullname.text,
            locale=details.user.locale,
            disabled_at=details.user.disabled_at,
            erase_at=managed.erase_at,
            email=AdminEmailResponse.of(details.addresses.verified),
            pending_email=AdminEmailResponse.of(details.addresses.pending),
            has_password=details.has_password,
            passkeys=details.passkeys,
            totp_since=factors.totp_since,
            totp_locked=factors.totp_locked,
            recovery_codes=factors.recovery_codes,
            roles=[UserRoleResponse.of(each) for each in managed.roles],
            permissions=list(managed.permissions),
        )

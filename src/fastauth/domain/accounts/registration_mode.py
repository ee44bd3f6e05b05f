"""Who may create an account."""

from enum import StrEnum

from fastauth.domain.accounts.errors import RegistrationClosed


class RegisteredBy(StrEnum):
    """Who creates an account."""

    OPERATOR = "operator"
    INVITATION = "invitation"
    """The holder of the token of an invitation."""
    SELF = "self"
    """The user, at the registration that is open to the public."""


class RegistrationMode(StrEnum):
    """Who may create an account. An operator always may."""

    OPEN = "open"
    INVITED = "invited"
    OFF = "off"

    def check(self, by: RegisteredBy) -> None:
        """Raise `RegistrationClosed` if `by` may not create an account."""
        if by not in _ALLOWED[self]:
            raise RegistrationClosed


_ALLOWED = {
    RegistrationMode.OPEN: frozenset(RegisteredBy),
    RegistrationMode.INVITED: frozenset({RegisteredBy.OPERATOR, RegisteredBy.INVITATION}),
    RegistrationMode.OFF: frozenset({RegisteredBy.OPERATOR}),
}

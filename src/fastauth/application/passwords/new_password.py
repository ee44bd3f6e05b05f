"""The new password of an account that exists."""

from fastauth.domain.accounts.user import User
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.password import Password
from fastauth.domain.passwords.policy import PasswordPolicy


def check_new_password(policy: PasswordPolicy, text: str, *, of: User) -> Password:
    """Return the password if `policy` allows it for this user.

    Raises:
        InvalidInput: It is not allowed; the field is ``new_password``.
    """
    try:
        return policy.check(text, user_attributes=(of.username.display, of.fullname.text))
    except InvalidInput as error:
        raise error.with_field("new_password") from None

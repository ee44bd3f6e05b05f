"""What administrators search accounts by, as they type it."""

from contextlib import suppress
from dataclasses import dataclass

from fastauth.domain.accounts.username import Username, UsernameProfile, exact_key
from fastauth.domain.administration.user_search import UserFilter
from fastauth.domain.email_addresses.address import MAX_CODE_POINTS, AddressProfile, EmailAddress
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.text import check_length, normalize_nfc


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCriteria:
    """Criteria of a search, all of which must match. At most one of `username` and `email` is given."""

    username: str | None = None
    """The beginning of a username, in any spelling."""
    email: str | None = None
    """The beginning of an e-mail address, in any spelling."""
    role: str | None = None
    disabled: bool | None = None

    def parse(self, usernames: UsernameProfile, addresses: AddressProfile) -> UserFilter:
        """Return the filter that these criteria mean.

        Raises:
            InvalidInput: A text is empty, too long or has control characters, or both texts are given.
        """
        if self.username is not None and self.email is not None:
            raise InvalidInput(
                Violation("email", "not_allowed", "Search by username or by email, not by both.")
            )
        if self.role is not None:
            _check(self.role, field="role")
        return UserFilter(
            username_prefixes=_username_prefixes(self.username, usernames),
            email_prefixes=_email_prefixes(self.email, addresses),
            role=self.role,
            disabled=self.disabled,
        )


def _username_prefixes(typed: str | None, profile: UsernameProfile) -> tuple[str, ...]:
    """Return beginnings of canonical usernames.

    The letters of a beginning alone may look like Latin ones and be mapped, those of the whole name not. And
    a name that is not allowed today is compared by its exact text.
    """
    if typed is None:
        return ()
    text = _check(typed, field="username")
    canonical = Username.parse_existing(text, profile).canonical
    return _distinct({canonical, text.lower(), exact_key(text)})


def _email_prefixes(typed: str | None, profile: AddressProfile) -> tuple[str, ...]:
    """Return beginnings of keys of addresses. The domain of a whole address is compared in ASCII."""
    if typed is None:
        return ()
    prefixes = {_check(typed, field="email").lower()}
    with suppress(InvalidInput):
        prefixes.add(EmailAddress.parse(typed, profile).key)
    return _distinct(prefixes)


def _check(typed: str, *, field: str) -> str:
    text = normalize_nfc(typed, field=field, maximum=MAX_CODE_POINTS)
    if not check_length(text, field=field, minimum=1, maximum=MAX_CODE_POINTS).isprintable():
        raise InvalidInput(Violation(field, "control_character", "Must not contain control characters."))
    return text


def _distinct(prefixes: set[str]) -> tuple[str, ...]:
    """Return the prefixes, sorted, without those that begin with another one."""
    return tuple(
        each for each in sorted(prefixes) if not any(each.startswith(other) for other in prefixes - {each})
    )

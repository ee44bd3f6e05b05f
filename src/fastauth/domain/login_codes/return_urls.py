"""The URLs of front ends to which login codes are sent."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from fastauth.domain.errors import InvalidInput, Violation


@dataclass(frozen=True, slots=True)
class ReturnUrls:
    """A list of URLs. Others are refused, so that no code reaches a stranger."""

    urls: frozenset[str]

    def check(self, return_to: str) -> None:
        """Return if the URL is in the list, character by character (RFC 9700, section 2.1).

        Raises:
            InvalidInput: It is not.
        """
        if return_to not in self.urls:
            raise InvalidInput(Violation("return_to", "not_allowed", "Must be a URL in FASTAUTH_RETURN_TO."))

    def with_code(self, return_to: str, code: str) -> str:
        """Return the URL with the code in its query.

        Raises:
            InvalidInput: The URL is not in the list.
        """
        self.check(return_to)
        separator = "&" if urlsplit(return_to).query else "?"
        return return_to + separator + urlencode({"code": code})

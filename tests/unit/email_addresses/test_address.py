"""E-mail addresses: which are accepted, and which are one."""

from string import ascii_letters, digits

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import ADDRESS_PROFILE, PROFILE, SPELLINGS_OF_AN_ADDRESS, an_address
from tests.text_strategies import any_text, text_of

from fastauth.domain.accounts.username import Username
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.errors import InvalidInput

ATOM = ascii_letters + digits + "!#$%&'*+-/=?^_`{|}~."
"""The characters of a local part (RFC 5322)."""

DOMAIN_LABEL = text_of(ascii_letters + digits + "-", min_size=1, max_size=63)

REFUSED = {
    "": "not_an_address",
    "a": "not_an_address",
    "@example.com": "not_an_address",
    "a@": "not_an_address",
    "a@b@example.com": "not_an_address",
    "a@example.com.": "not_an_address",
    "a..b@example.com": "not_an_address",
    " a@example.com": "not_an_address",
    "a@example.com\r\nBcc: b@example.com": "not_an_address",
    "a@example.com\x00": "not_an_address",
    "a@example.com SIZE=1": "not_an_address",
    "Ann <a@example.com>": "not_an_address",
    "a@\u202eexample.com": "not_an_address",
    "a＠example.com": "not_an_address",
    "a@exa_mple.com": "not_an_address",
    "x" * 65 + "@example.com": "not_an_address",
    "jürgen@example.com": "not_allowed",
    "ﬁ@example.com": "not_allowed",
    '"a b"@example.com': "not_allowed",
    "a@[192.0.2.1]": "not_allowed",
    "a@localhost.test": "not_allowed",
    "a@x.local": "not_an_address",
    "a@" + "x." * 130 + "com": "too_long",
    "a@" + "ü." * 60 + "com": "not_an_address",
    "a" * 64 + "@" + "ü." * 24 + "com": "not_an_address",  # too long in ASCII
    "a\u0300" * 10_000: "too_long",
    "\ud800@example.com": "invalid_unicode",
}


def codes_of(text: str) -> list[tuple[str, str]]:
    try:
        EmailAddress.parse(text, ADDRESS_PROFILE)
    except InvalidInput as error:
        return [(each.field, each.code) for each in error.violations]
    return []


def allowed_usernames(text: str) -> set[str]:
    return {name for name in an_address(text).usernames if not name.startswith(" ")}


class TestEmailAddress:
    def test_twelve_spellings_have_one_key(self) -> None:
        assert len(set(SPELLINGS_OF_AN_ADDRESS)) == 12
        assert {an_address(each).key for each in SPELLINGS_OF_AN_ADDRESS} == {
            "o.neil+shop@xn--bcher-kva.example.com"
        }

    def test_dots_and_plus_signs_are_kept(self) -> None:
        keys = {an_address(each).key for each in ("a.b@example.com", "ab@example.com", "ab+c@example.com")}
        assert len(keys) == 3

    def test_text_is_kept_as_typed_in_nfc(self) -> None:
        assert an_address("O.Neil@Bu\u0308cher.Example.com").text == "O.Neil@B\u00fccher.Example.com"

    def test_mailbox_has_the_domain_in_ascii(self) -> None:
        assert an_address("O.Neil@bücher.Example.com").mailbox == "O.Neil@xn--bcher-kva.example.com"

    def test_usernames_have_the_domain_in_ascii_and_in_unicode(self) -> None:
        names = {"a@xn--bcher-kva.example.com", "a@bücher.example.com"}
        assert all(allowed_usernames(each) == names for each in ("A@bücher.example.com", *names))
        assert allowed_usernames("A@example.com") == {"a@example.com"}

    def test_usernames_that_are_not_allowed_today_are_exact(self) -> None:
        """Too long, for example. `Username.parse_existing` puts a space before them."""
        long = f"{'a' * 50}@example.com"
        names = {Username.parse_existing(each, PROFILE).canonical for each in (long, long.upper())}
        assert names <= an_address(long.upper()).usernames

    def test_label_with_xn_inside_is_not_punycode(self) -> None:
        assert allowed_usernames("a@axn--bcher-kva.example.com") == {"a@axn--bcher-kva.example.com"}

    def test_addresses_of_other_forms_are_refused(self) -> None:
        assert {text: codes_of(text) for text in REFUSED} == {
            text: [("email", code)] for text, code in REFUSED.items()
        }

    @given(
        st.one_of(
            st.builds("{}@{}.{}".format, text_of(ATOM, min_size=1, max_size=64), DOMAIN_LABEL, DOMAIN_LABEL),
            st.builds("{}@{}.com".format, any_text(min_size=1, max_size=6), any_text(min_size=1, max_size=8)),
            any_text(max_size=12),
        )
    )
    def test_key_of_a_key_is_the_key(self, text: str) -> None:
        """It is ASCII, and is itself an address, or the text is not one."""
        try:
            key = EmailAddress.parse(text, ADDRESS_PROFILE).key
        except InvalidInput:
            return
        assert key.isascii()
        assert key == key.lower()
        assert ADDRESS_PROFILE.canonicalize(key) == key

"""Values of the session cookie, and CSRF tokens."""

from tests.harness.tables import row

from fastauth.domain.browser_sessions.cookie import SessionCookie, SessionCookieCodec
from fastauth.domain.idempotency.key import IdempotencyKey
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.session import SessionId

OLD, NEW = (
    SecretKey(b"the secret key of last year, 32 bytes"),
    SecretKey(b"the secret key of this year, 32 bytes"),
)
CODEC = SessionCookieCodec(NEW)
A_SESSION, ANOTHER_SESSION = SessionId("a" * 32), SessionId("b" * 32)


class TestCookie:
    def test_values_are_random(self) -> None:
        values = {CODEC.issue() for _ in range(1_000)}
        assert len(values) == 1_000
        assert {len(each) for each in values} == {43}

    def test_digest_depends_on_value_and_key(self) -> None:
        value = CODEC.issue()
        (digest,) = CODEC.digests(value)
        assert len(digest) == 32
        assert CODEC.digests(CODEC.issue()) != (digest,)
        assert SessionCookieCodec(OLD).digests(value) != (digest,)
        assert SessionCookieCodec(NEW, OLD).digests(value)[0] == digest
        assert len(SessionCookieCodec(NEW, OLD).digests(value)) == 2

    def test_digest_is_that_of_other_versions(self) -> None:
        """It is stored: another would log every browser out."""
        assert [each.hex() for each in CODEC.digests("a" * 43)] == [
            "de2d6b29eb55c5274360aaa9b0654f249d3591603eb1718ddc0925e7e0aaf83b"
        ]

    def test_other_texts_have_no_digest(self) -> None:
        for text in ["", "a" * 42, "a" * 44, "a" * 42 + "\n", "a" * 42 + "=", "ａ" * 43]:
            with row(text):
                assert CODEC.digests(text) == ()

    def test_repr_hides_the_value(self) -> None:
        value = CODEC.issue()
        assert value not in repr(SessionCookie(value, expires_at=None))  # type: ignore[arg-type]  # of no concern


class TestCsrfToken:
    def test_belongs_to_one_session(self) -> None:
        token = CODEC.csrf_token(A_SESSION)
        assert CODEC.is_csrf_token(token, A_SESSION)
        assert not CODEC.is_csrf_token(token, ANOTHER_SESSION)
        assert A_SESSION not in token

    def test_is_another_one_in_each_page(self) -> None:
        assert len({CODEC.csrf_token(A_SESSION) for _ in range(1_000)}) == 1_000

    def test_is_accepted_by_other_versions(self) -> None:
        """A form may be sent to another version than the one that made it."""
        token = "0123456789abcdef.99500da2vjesD29xagHHukI-W4l-UuYIr4wjGkosZ4A"
        assert CODEC.is_csrf_token(token, A_SESSION)

    def test_random_part_is_bound_to_the_session(self) -> None:
        one, another = CODEC.csrf_token(A_SESSION), CODEC.csrf_token(A_SESSION)
        mixed = f"{one.partition('.')[0]}.{another.partition('.')[2]}"
        assert not CODEC.is_csrf_token(mixed, A_SESSION)

    def test_is_an_idempotency_key(self) -> None:
        token = CODEC.csrf_token(A_SESSION)
        assert IdempotencyKey.parse(token).text == token

    def test_stays_valid_when_the_secret_key_changes(self) -> None:
        token = SessionCookieCodec(OLD).csrf_token(A_SESSION)
        assert SessionCookieCodec(NEW, OLD).is_csrf_token(token, A_SESSION)
        assert not CODEC.is_csrf_token(token, A_SESSION)

    def test_other_texts_are_refused(self) -> None:
        for text in ["", "a", ".", "ä" * 43, "\0", "a" * 10_000]:
            with row(text):
                assert not CODEC.is_csrf_token(text, A_SESSION)

    def test_edits_are_refused(self) -> None:
        token = CODEC.csrf_token(A_SESSION)
        edits = [token[:-1], token + "A", token.swapcase(), token[::-1]]
        assert not any(CODEC.is_csrf_token(each, A_SESSION) for each in edits)

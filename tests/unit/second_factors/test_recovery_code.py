"""Recovery codes."""

import re

from fastauth.domain.second_factors.recovery_code import CODES, RecoveryCodeCodec
from fastauth.domain.secret_key import SecretKey

OLD, NEW = (
    SecretKey(text.encode())
    for text in ("the key of last year, of 32 bytes", "the key of this year, of 32 bytes")
)
CODEC = RecoveryCodeCodec(NEW)


class TestRecoveryCodes:
    def test_each_has_120_random_bits(self) -> None:
        codes = [code for _ in range(100) for code in CODEC.issue()]
        assert len({code.text for code in codes}) == len({code.digest for code in codes}) == 100 * CODES
        assert all(re.fullmatch(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){5}", code.text) for code in codes)

    def test_spelling_of_people_is_accepted(self) -> None:
        code = CODEC.issue()[0]
        for spelling in (code.text.lower(), code.text.replace("-", ""), code.text.replace("-", " ")):
            assert CODEC.digests(spelling) == (code.digest,), spelling

    def test_other_texts_have_no_digest(self) -> None:
        text = CODEC.issue()[0].text
        for other in ("", "123456", text[:-1], text + "A", "1" + text[1:], "Ａ" + text[1:], "ſ" + text[1:]):
            assert CODEC.digests(other) == (), other

    def test_survives_a_new_secret_key(self) -> None:
        code = RecoveryCodeCodec(OLD).issue()[0]
        assert code.digest in RecoveryCodeCodec(NEW, OLD).digests(code.text)
        assert code.digest not in CODEC.digests(code.text)

    def test_digest_is_stable_across_versions(self) -> None:
        """Codes that are printed out stay valid."""
        (digest,) = CODEC.digests("AAAA-BBBB-CCCC-DDDD-EEEE-2345")
        assert digest.hex() == "3dfcaa39dccc689c6f5060d1fa31172353ef0d871fe8dd8afd24772c2562da03"

    def test_repr_hides_the_code(self) -> None:
        code = CODEC.issue()[0]
        assert code.text not in repr(code)

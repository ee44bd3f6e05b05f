"""TOTP secrets, and the codes that the library computes of them."""

from base64 import b32encode
from xml.etree import ElementTree as ET

import pytest
from tests.harness.tables import row

from fastauth.adapters.pyotp import PyotpCodes
from fastauth.adapters.segno import SegnoQrCodes
from fastauth.domain.errors import InvalidInput
from fastauth.domain.second_factors.totp import Step
from fastauth.domain.second_factors.totp_secret import TotpSecret

RFC_SECRET = TotpSecret.parse("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
"""RFC 6238, appendix B: the ASCII text ``12345678901234567890``."""


class TestTotpSecret:
    def test_new_one_has_160_random_bits(self) -> None:
        secrets = {TotpSecret.new().text for _ in range(100)}
        assert len(secrets) == 100
        assert {len(each) for each in secrets} == {32}
        assert all(TotpSecret.parse(each).text == each for each in secrets)

    def test_of_80_bits_is_accepted_in_any_spelling(self) -> None:
        for text in [
            "JBSWY3DPEHPK3PXP",
            "jbsw y3dp ehpk 3pxp",
            "JBSW-Y3DP-EHPK-3PXP",
            "JBSWY3DPEHPK3PXP======",
        ]:
            with row(text):
                secret = TotpSecret.parse(text)
                assert secret.text == "JBSWY3DPEHPK3PXP"
                assert len(PyotpCodes().code_at(secret, Step(1))) == 6

    def test_of_every_length_up_to_the_block_has_a_code(self) -> None:
        for length in range(10, 65):
            secret = TotpSecret.parse(b32encode(bytes(length)).decode())
            assert len(PyotpCodes().code_at(secret, Step(1))) == 6, length

    def test_other_texts_are_refused(self) -> None:
        for text in [
            "",
            "JBSWY3DPEHPK3PX",
            "A" * 14,
            "A" * 17,
            "A" * 104,
            "0BSWY3DPEHPK3PXP",
            "ＪBSWY3DPEHPK3PXP",
            "ſ" * 16,
        ]:
            with row(text):
                with pytest.raises(InvalidInput) as refusal:
                    TotpSecret.parse(text)
                assert [(v.field, v.code) for v in refusal.value.violations] == [
                    ("totp_secret", "not_a_totp_secret")
                ]
                assert not text or text not in str(refusal.value)

    def test_is_read_from_a_key_uri(self) -> None:
        secret = RFC_SECRET
        uri = PyotpCodes().key_uri(secret, account="ann", issuer="auth.example.com")
        for parameters in ("", "&algorithm=SHA1&digits=6&period=30", "&algorithm=sha1"):
            assert TotpSecret.parse(uri + parameters) == secret
        for other in ("&digits=8", "&period=60", "&algorithm=SHA256"):
            with pytest.raises(InvalidInput) as refusal:
                TotpSecret.parse(uri + other)
            assert refusal.value.violations[0].code == "unsupported_totp"
        twenty = "&".join(f"p{number}=1" for number in range(19))
        assert TotpSecret.parse(f"{uri.split('?')[0]}?secret={secret.text}&{twenty}") == secret
        for damaged in (
            f"{uri}&{twenty}",
            "otpauth://totp/ann",
            "otpauth://[totp/ann?secret=AAAA",
            "otpauth:",
        ):
            with pytest.raises(InvalidInput):
                TotpSecret.parse(damaged)


class TestCodes:
    def test_are_those_of_rfc_6238(self) -> None:
        """Appendix B has eight digits; six digits are the last six of them."""
        for seconds, code in [
            (59, "287082"),
            (1111111109, "081804"),
            (1111111111, "050471"),
            (1234567890, "005924"),
            (2000000000, "279037"),
            (20000000000, "353130"),
        ]:
            with row((seconds, code)):
                assert PyotpCodes().code_at(RFC_SECRET, Step(seconds // 30)) == code

    def test_key_uri_escapes_the_account(self) -> None:
        uri = PyotpCodes().key_uri(RFC_SECRET, account="a:b&c?d é", issuer="auth.example.com")
        assert uri == (
            "otpauth://totp/auth.example.com:a%3Ab%26c%3Fd%20%C3%A9"
            f"?secret={RFC_SECRET.text}&issuer=auth.example.com"
        )


class TestQrCodes:
    async def test_are_svg_without_styles_and_scripts(self) -> None:
        """The policy of the pages allows neither, and an image in another document needs the namespace."""
        uri = PyotpCodes().key_uri(RFC_SECRET, account="é" * 50, issuer="auth.example.com")
        svg = ET.fromstring(await SegnoQrCodes().svg(uri))  # noqa: S314  our own text
        assert svg.tag == "{http://www.w3.org/2000/svg}svg"
        assert set(svg.attrib) == {"viewBox"}
        assert [(each.get("fill"), each.get("stroke")) for each in svg] == [("#fff", None), (None, "#000")]
        assert {name for each in svg for name in each.attrib} == {"fill", "stroke", "d"}

"""The text of API keys: format, checksum and digests."""

import re
from base64 import b64encode
from random import Random

from fastauth.domain.api_keys.key_text import (
    PATTERN,
    ApiKeyCodec,
    ApiKeyId,
    ApiKeyText,
    checksum,
    parse_api_key_id,
)
from fastauth.domain.secret_key import SecretKey

OLD, NEW = (
    SecretKey(b"an old secret key of the tests, 32 bytes"),
    SecretKey(b"a secret key of the tests, 32 bytes"),
)
CODEC = ApiKeyCodec(NEW)


class TestApiKeyText:
    def test_new_keys_have_the_documented_form(self) -> None:
        keys = [CODEC.issue() for _ in range(200)]
        assert len({key.text for key in keys} | {key.id for key in keys}) == 400
        for key in keys:
            assert re.fullmatch(PATTERN, key.text)
            assert len(key.text) == 73
            assert CODEC.parse(key.text) == key
            assert parse_api_key_id(key.id) == key.id

    def test_checksum_is_a_crc_of_six_digits(self) -> None:
        """The figures are those of `zlib.crc32`: 0 for nothing, 0xCBF43926 for the digits from 1 to 9."""
        assert checksum("") == "000000"
        value = 0
        for digit in checksum("123456789"):
            value = 62 * value + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".index(digit)
        assert value == 0xCBF43926

    def test_every_prefix_and_every_changed_character_is_refused(self) -> None:
        text = CODEC.issue().text
        wrong = [text[:length] for length in range(len(text))]
        wrong += [text + "0", text + "\n", " " + text, text.upper(), text.replace("fa_key_", "fa_kex_")]
        for at, old in enumerate(text):
            wrong.append(text[:at] + ("A" if old != "A" else "B") + text[at + 1 :])
        assert [each for each in wrong if CODEC.parse(each)] == []

    def test_other_digits_are_no_base62(self) -> None:
        text = CODEC.issue().text
        assert CODEC.parse(text[:7] + "٣" + text[8:]) is None
        assert parse_api_key_id("٣" * 16) is None
        assert parse_api_key_id("0" * 15) is None

    def test_random_text_is_not_taken_for_a_key(self) -> None:
        """A scanner's regular expression finds nothing in a megabyte of base64."""
        noise = b64encode(Random(48).randbytes(750_000)).decode()  # noqa: S311  noise, no secret
        assert re.search(PATTERN, noise) is None
        assert re.search(PATTERN, f"key = '{CODEC.issue().text}'")

    def test_digest_under_each_secret_key(self) -> None:
        key = ApiKeyCodec(OLD).issue()
        stored = ApiKeyCodec(OLD).digest(key)
        assert len(stored) == 32
        assert ApiKeyCodec(NEW, OLD).matches(key, stored)
        assert not CODEC.matches(key, stored)
        assert not ApiKeyCodec(OLD).matches(ApiKeyCodec(OLD).issue(), stored)

    def test_digest_is_that_of_other_versions(self) -> None:
        """It is stored: with another one no key would be valid any more."""
        key = ApiKeyText("fa_key_" + "A" * 16 + "_" + "b" * 43 + "000000", ApiKeyId("A" * 16))
        assert CODEC.digest(key).hex() == "23e80dbe5802e113f287abb5a765adaa0d6a04e783368bd06b8b58993fad5cf5"

    def test_text_is_in_no_repr(self) -> None:
        key = CODEC.issue()
        assert key.text not in repr(key)
        assert key.text.rpartition("_")[2] not in repr(key)

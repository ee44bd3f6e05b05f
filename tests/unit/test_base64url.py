"""Base64url without padding."""

import pytest

from fastauth.domain import base64url


class TestBase64url:
    def test_content_of_every_length(self) -> None:
        """The content of three bytes ends with the character ``X``, which is no padding."""
        texts = {b"": "", b"\xff": "_w", b"\xfb\xef": "--8", b"\x00\x00\x17": "AAAX", b"\x00" * 4: "AAAAAA"}
        assert {content: base64url.encode(content) for content in texts} == texts
        assert {base64url.decode(text): text for text in texts.values()} == texts

    def test_text_of_no_content(self) -> None:
        for text in ("A", "AAAAA", "é" * 4):
            with pytest.raises(ValueError, match=r"base64|ASCII|padding"):
                base64url.decode(text)

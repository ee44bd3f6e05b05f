"""The URLs of front ends."""

import pytest

from fastauth.entrypoints.settings import Settings


def urls_of(text: str) -> frozenset[str]:
    return Settings(return_to=text).return_to  # type: ignore[arg-type]  # as a user gives it


class TestReturnTo:
    def test_is_a_list_of_urls(self) -> None:
        assert urls_of("") == frozenset()
        assert urls_of(" https://app.example/callback , http://localhost:3000/?a=b,") == {
            "https://app.example/callback",
            "http://localhost:3000/?a=b",
        }

    def test_other_texts_are_refused(self) -> None:
        for text in (
            *("app.example", "javascript:alert(1)", "http://app.example/", "https://app.example/#x"),
            *("https://user@app.example/", "https://app.example/ä", "https://app.example/\\", "https://*/"),
        ):
            with pytest.raises(ValueError, match="return_to"):
                urls_of(f"https://app.example/, {text}")

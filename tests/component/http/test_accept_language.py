"""The language that a browser prefers."""

from fastauth.entrypoints.http.accept_language import preferred_language

PREFERRED = {
    "": None,
    "*": None,
    "de": "de",
    "de-CH, en;q=0.9": "de-CH",
    "en;q=0.5, de;q=0.8, fr;q=0.8": "de",
    "en ; q=0.5 , de": "de",
    "en;q=0": None,
    "*;q=1, en;q=0.1": "en",
    "en;q=2, de;q=0.1": "de",
    "en;q=x, de;level=1": None,
    "en_US, <script>, d, de;q=0.001": "de",
    "x" * 9 + ", " + "en-" + "a" * 40: None,
    ",,,": None,
    ", " * 40 + "de": None,
}


def test_preferred_language() -> None:
    assert {header: preferred_language(header) for header in PREFERRED} == PREFERRED

"""Hypothesis strategies of text.

Those of Hypothesis first compute the category of every code point, which takes two seconds in each process
of a fresh clone.
"""

from hypothesis import strategies as st

_CHARACTERS = st.one_of(
    st.integers(0, 0x7F),
    st.integers(0, 0x3000),  # alphabets, their marks, and characters of formatting
    st.integers(0, 0xD7FF),
    st.integers(0xE000, 0x10FFFF),
).map(chr)


def any_text(*, min_size: int = 0, max_size: int | None = None) -> st.SearchStrategy[str]:
    """Return a strategy of text from all of Unicode but surrogates, with that many code points."""
    return st.lists(_CHARACTERS, min_size=min_size, max_size=max_size).map("".join)


def text_of(characters: str, *, min_size: int = 0, max_size: int | None = None) -> st.SearchStrategy[str]:
    """Return a strategy of text with that many of the characters."""
    return st.lists(st.sampled_from(characters), min_size=min_size, max_size=max_size).map("".join)

"""The catalogues are whole, and their texts have the placeholders of the English ones."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir

import fastauth
from fastauth.adapters.catalogues import ENGLISH, Catalogues, messages_of

SOURCE = Path(fastauth.__file__).parent
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def used() -> set[str]:
    """Return the texts of all templates."""
    folders = [path for path in SOURCE.rglob("templates") if path.is_dir()]
    return {
        str(message)
        for folder in folders
        for _, _, message, _, _ in extract_from_dir(
            folder, [("**", "jinja2.ext:babel_extract")], {"**": {"silent": "false"}}
        )
    }


class TestCatalogues:
    def test_there_are_english_and_german(self) -> None:
        assert Catalogues().languages == {"en", "de"}

    def test_each_has_every_text_and_no_other(self) -> None:
        texts = used()
        assert len(texts) > 30
        for language in Catalogues().languages - {ENGLISH}:
            translated = messages_of(language)
            assert translated.keys() == texts, language
            assert all(translated.values()), language

    def test_placeholders_are_those_of_the_english_text(self) -> None:
        for language in Catalogues().languages - {ENGLISH}:
            for english, translated in messages_of(language).items():
                expected = sorted(set(PLACEHOLDER.findall(english)))
                assert sorted(set(PLACEHOLDER.findall(translated))) == expected, translated
                assert "%" not in PLACEHOLDER.sub("", english + translated), translated

    def test_texts_have_no_markup(self) -> None:
        for language in Catalogues().languages - {ENGLISH}:
            for english, translated in messages_of(language).items():
                assert not set("<>&") & set(english + translated), translated

"""Translations of mails and pages, from the catalogues of this folder.

The messages are the English texts. A language has a catalogue in the format of GNU gettext, which is read
when its first text is needed: there is no compiled copy that could be out of date.
"""

from functools import cache
from pathlib import Path

ENGLISH = "en"
_FOLDER = Path(__file__).parent


class Catalogues:
    """Translates English texts."""

    def __init__(self) -> None:
        self._languages = {ENGLISH, *(path.stem for path in _FOLDER.glob("*.po"))}

    @property
    def languages(self) -> frozenset[str]:
        """The languages that there are."""
        return frozenset(self._languages)

    def language(self, wanted: str | None) -> str:
        """Return the language for a tag of BCP 47: that of its primary subtag, or English."""
        primary = (wanted or "").replace("_", "-").partition("-")[0].lower()
        return primary if primary in self._languages else ENGLISH

    def translate(self, language: str, message: str) -> str:
        """Return a text in one of `languages`.

        Raises:
            KeyError: The catalogue has no such text.
        """
        return message if language == ENGLISH else messages_of(language)[message]


@cache
def messages_of(language: str) -> dict[str, str]:
    """Return the translations of a language."""
    from babel.messages.pofile import read_po  # noqa: PLC0415  only needed to render a text

    with (_FOLDER / f"{language}.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file, locale=language) if each.id}

"""The text of mails, from Jinja2 templates and message catalogues."""

from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fastauth.domain.mail.message import Rendered
from fastauth.domain.mail.template import MailTemplate

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
MAX_SHOWN = 100
"""Characters of a value that a mail shows. Usernames have at most 50; adopted ones may have more."""


class Translator(Protocol):
    """Translates English texts."""

    def language(self, wanted: str | None) -> str:
        """Return the language for a tag of BCP 47."""

    def translate(self, language: str, message: str) -> str:
        """Return a text in that language."""


class JinjaMessageRenderer:
    """Renders each template twice: as plain text, and as HTML with automatic escaping.

    Jinja2 is imported and the templates are compiled when the first mail is rendered.
    """

    def __init__(self, translator: Translator, *, service: str) -> None:
        self._translator = translator
        self._service = service

    def language(self, wanted: str | None) -> str:
        """Return the language in which `render` answers `wanted`."""
        return self._translator.language(wanted)

    def render(self, template: MailTemplate, *, language: str | None, values: Mapping[str, str]) -> Rendered:
        """Return subject, plain text and HTML. See `MessageRenderer.render`."""
        if values.keys() != template.values:
            raise ValueError(f"{template}: values are {sorted(values)}, not {sorted(template.values)}")
        spoken = self.language(language)
        shown = {name: _shown(name, value) for name, value in values.items()}
        common = {"language": spoken, "service": self._service, **shown}
        text, html = (
            environment.get_template(f"{template}.jinja").render(
                common,
                layout=f"layout.{ending}",
                parts=f"parts.{ending}",
                _=partial(self._text, spoken, as_html=ending == "html"),
            )
            for ending, environment in self._environments.items()
        )
        return Rendered(subject=self._subject(template, spoken), text=text, html=html)

    @cached_property
    def _environments(self) -> dict[str, "Environment"]:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  only needed for mail

        return {
            ending: Environment(
                loader=FileSystemLoader(TEMPLATES),
                autoescape=ending == "html",  # noqa: S701  by the name of a template it would be off for *.jinja
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
                keep_trailing_newline=True,
            )
            for ending in ("txt", "html")
        }

    def _subject(self, template: MailTemplate, language: str) -> str:
        found = self._environments["txt"].get_template(f"{template}.jinja")
        context = found.new_context({"_": partial(self._text, language, as_html=False)})
        return "".join(found.blocks["subject"](context))

    def _text(self, language: str, message: str, /, *, as_html: bool, **values: Any) -> str:  # noqa: ANN401  as Jinja2
        """Return a translated text with its values, which are escaped in HTML."""
        from markupsafe import escape  # noqa: PLC0415  as above

        translated = self._translator.translate(language, message)
        return (escape(translated) if as_html else translated) % values


def _shown(name: str, value: str) -> str:
    """Return a value without control characters and marks of the writing direction, and not too long.

    A mail is text that its reader trusts: a value must not forge a paragraph, nor turn the letters around.
    """
    printable = "".join(filter(str.isprintable, value))
    if name in {"link", "token"} or len(printable) <= MAX_SHOWN:
        return printable
    return f"{printable[:MAX_SHOWN]}…"

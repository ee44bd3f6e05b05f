"""The text of mails, also with hostile values."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from html.parser import HTMLParser

import pytest
from tests.contracts.mail.mail_transport import A_MESSAGE
from tests.contracts.mail.message_renderer import LINK, MessageRendererContract, values_of

from fastauth.adapters.catalogues import Catalogues
from fastauth.adapters.mail.mime import from_mime, to_mime
from fastauth.adapters.mail.renderer import JinjaMessageRenderer
from fastauth.domain.mail.message import Rendered
from fastauth.domain.mail.template import MailTemplate

HOSTILE = {
    "line break": "santosh\r\nBcc: victim@example.com\r\n\r\nForged",
    "encoded line break": "santosh%0d%0aBcc: victim@example.com",
    "script": "<script>alert(1)</script>",
    "attribute": '"onmouseover="alert(1)" x="',
    "image": "<img src=https://evil.example/pixel>",
    "entity": "&lt;b&gt;",
    "placeholder": "%(service)s %s {{ service }} {% raw %}",
    "right-to-left": "\u202egro.elpmaxe\u202c\u2066\u2069\u200f\u061c",
    "long": "x" * 10_000,
    "nothing": "",
}
SHOWN_TEXT = {
    "line break": "santoshBcc: victim@example.comForged",
    "right-to-left": "gro.elpmaxe",
    "long": "x" * 100 + "…",
}


class Structure(HTMLParser):
    """Elements with their attributes, and the text, without white space around it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def words(text: str) -> str:
    """Return a text with one space in the place of each white space."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def renderer() -> JinjaMessageRenderer:
    """Return a renderer that compiles its templates once."""
    return JinjaMessageRenderer(Catalogues(), service="auth.example.com")


@pytest.fixture(scope="module")
def rendered(renderer: JinjaMessageRenderer) -> dict[tuple[str, str], Rendered]:
    """Return each mail in each language."""
    return {
        (template, language): renderer.render(template, language=language, values=values_of(template))
        for template in MailTemplate
        for language in Catalogues().languages
    }


class TestJinjaMessageRenderer(MessageRendererContract):
    @pytest.fixture
    def renderer(self, renderer: JinjaMessageRenderer) -> JinjaMessageRenderer:
        return renderer


class TestMails:
    def test_link_is_once_in_the_text_and_is_all_that_a_mail_loads(
        self, rendered: dict[tuple[str, str], Rendered]
    ) -> None:
        for key, mail in rendered.items():
            has_link = "link" in MailTemplate(key[0]).values
            assert mail.text.count(LINK) == has_link, key
            assert re.findall(r"https?://\S+", mail.text) == [LINK] * has_link, key
            elements = Structure(mail.html).elements
            urls = [
                value for _, attributes in elements for name, value in attributes if name in {"href", "src"}
            ]
            assert urls == [LINK] * has_link, key
            assert not {tag for tag, _ in elements} & {"img", "script", "link", "style", "iframe"}, key
            assert "url(" not in mail.html, key

    def test_both_parts_have_the_same_content(self, rendered: dict[tuple[str, str], Rendered]) -> None:
        for key, mail in rendered.items():
            in_html = words(" ".join(Structure(mail.html).texts))
            for paragraph in mail.text.replace("-- \n", "").split("\n\n"):
                for line in [paragraph] if LINK not in paragraph else paragraph.splitlines():
                    assert words(line).removesuffix(":") in in_html, (key, line)

    def test_lines_of_the_text_are_short(self, rendered: dict[tuple[str, str], Rendered]) -> None:
        for key, mail in rendered.items():
            assert max(map(len, mail.text.splitlines())) <= 76, key
            assert "\n\n\n" not in mail.text, key

    def test_lifetime_of_one_hour_is_in_the_singular(self, renderer: JinjaMessageRenderer) -> None:
        values = values_of(MailTemplate.CHANGE_ADDRESS) | {"hours": "1"}
        for language, text in {
            "en": "The link works for an hour.",
            "de": "Der Link gilt eine Stunde.",
        }.items():
            assert text in renderer.render(MailTemplate.CHANGE_ADDRESS, language=language, values=values).text

    def test_address_changed_without_undo(self, renderer: JinjaMessageRenderer) -> None:
        values = values_of(MailTemplate.ADDRESS_CHANGED) | dict.fromkeys(("link", "token", "days"), "")
        mail = renderer.render(MailTemplate.ADDRESS_CHANGED, language="en", values=values)
        assert "http" not in mail.text
        assert "<a" not in mail.html
        assert "tell the operator" in words(mail.text)


class TestHostileValues:
    """Every value of every template, in each language: it changes no structure and no other text."""

    def test_are_text_and_nothing_else(self, renderer: JinjaMessageRenderer) -> None:
        for template in MailTemplate:
            for language in Catalogues().languages:
                for name in template.values - {"link", "token"}:
                    values = values_of(template)
                    usual = renderer.render(template, language=language, values=values | {name: "QQ"})
                    structure = Structure(usual.html)
                    for kind, hostile in HOSTILE.items():
                        mail = renderer.render(template, language=language, values=values | {name: hostile})
                        shown = SHOWN_TEXT.get(kind, hostile)
                        self.check(mail, usual, structure, shown, (template, language, name, kind))

    def check(self, mail: Rendered, usual: Rendered, structure: Structure, shown: str, row: object) -> None:
        """Compare a mail with the usual one, whose HTML has this structure."""
        assert mail.subject == usual.subject, row
        found = Structure(mail.html)
        assert found.elements == structure.elements, row
        expected = words(" ".join(structure.texts).replace("QQ", shown))
        assert words(" ".join(found.texts)) == expected, row
        assert words(mail.text) == words(usual.text.replace("QQ", shown)), row
        assert len(mail.text) < 3_000, row

    def test_add_no_header(self, renderer: JinjaMessageRenderer) -> None:
        for kind, hostile in HOSTILE.items():
            values = values_of(MailTemplate.PASSWORD_CHANGED) | {"username": hostile}
            mail = renderer.render(MailTemplate.PASSWORD_CHANGED, language="de", values=values)
            message = replace(A_MESSAGE, subject=mail.subject, text=mail.text, html=mail.html)
            sent = to_mime(message, sender=Address(addr_spec="a@b.example"), at=datetime.now(UTC))
            assert {name.lower() for name in sent} == HEADERS, kind
            assert from_mime(sent) == message, kind

    def test_in_a_link(self, renderer: JinjaMessageRenderer) -> None:
        """Links come from the settings, which refuse such values: this is the second check."""
        for kind, hostile in HOSTILE.items():
            values = values_of(MailTemplate.RESET_PASSWORD) | {"link": f"https://a.example/{hostile}"}
            usual = renderer.render(
                MailTemplate.RESET_PASSWORD, language="en", values=values | {"link": "QQ"}
            )
            mail = renderer.render(MailTemplate.RESET_PASSWORD, language="en", values=values)
            tags = [tag for tag, _ in Structure(usual.html).elements]
            assert [tag for tag, _ in Structure(mail.html).elements] == tags, kind


HEADERS = {
    *("from", "to", "subject", "date", "message-id", "auto-submitted", "content-language"),
    *("mime-version", "content-type"),
}

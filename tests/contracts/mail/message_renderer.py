"""What a `MessageRenderer` promises."""

from abc import ABC, abstractmethod

import pytest

from fastauth.domain.mail.ports import MessageRenderer
from fastauth.domain.mail.template import MailTemplate

LINK = "https://auth.example.com/verify-email#token=fa_ev_4711"
VALUES = {
    "link": LINK,
    "token": "fa_ev_4711",
    "hours": "24",
    "minutes": "10",
    "days": "7",
    "username": "santosh",
    "until": "2026-11-29 12:00 UTC",
    "when": "2026-11-22 12:00 UTC",
    "address": "192.0.2.1",
    "role": "auditor",
    "webhook": "wh_1 (receiver.example)",
}


def values_of(template: MailTemplate) -> dict[str, str]:
    """Return a value for each name that a template needs."""
    return {name: VALUES[name] for name in template.values}


class MessageRendererContract(ABC):
    @abstractmethod
    @pytest.fixture
    def renderer(self) -> MessageRenderer: ...

    def test_every_template_shows_its_values(self, renderer: MessageRenderer) -> None:
        for template in MailTemplate:
            values = values_of(template)
            rendered = renderer.render(template, language="en", values=values)
            assert rendered.subject, template
            for name, value in values.items():
                assert value in rendered.text, (template, name)
                assert value in rendered.html, (template, name)

    def test_refuses_other_values(self, renderer: MessageRenderer) -> None:
        for template in MailTemplate:
            values = values_of(template)
            wrong = [{**values, "fullname": "x"}, *({**values} for _ in values)]
            for name, each in zip(values, wrong[1:], strict=True):
                del each[name]
            for each in wrong:
                with pytest.raises(ValueError, match=template.value):
                    renderer.render(template, language="en", values=each)

    @pytest.mark.parametrize(
        ("wanted", "language"),
        [
            *((each, "de") for each in ("de", "DE", "de-AT", "de_CH", "de-Latn-DE")),
            *((each, "en") for each in (None, "", "en", "en-GB", "fr", "dex", "../de", "de/../en", "x-de")),
        ],
    )
    def test_language(self, renderer: MessageRenderer, wanted: str | None, language: str) -> None:
        template = MailTemplate.ADDRESS_NOT_VERIFIED
        assert renderer.language(wanted) == language
        as_language = renderer.render(template, language=language, values={})
        assert renderer.render(template, language=wanted, values={}) == as_language

    def test_languages_differ(self, renderer: MessageRenderer) -> None:
        for template in MailTemplate:
            values = values_of(template)
            english, german = (
                renderer.render(template, language=each, values=values) for each in ("en", "de")
            )
            assert english.subject != german.subject, template

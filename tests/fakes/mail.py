"""Sending and rendering mail, in memory."""

from collections.abc import Mapping

from fastauth.domain.mail.message import Message, Rendered
from fastauth.domain.mail.template import MailTemplate


class FakeMailTransport:
    """Keeps what it sends in `sent`, and raises `failure` instead if there is one."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.failure: Exception | None = None

    async def send(self, message: Message) -> None:
        await self.check()
        self.sent.append(message)

    async def check(self) -> None:
        if self.failure:
            raise self.failure


class FakeMessageRenderer:
    """Renders the name of the template and a line for each value. It has English and German."""

    def render(self, template: MailTemplate, *, language: str | None, values: Mapping[str, str]) -> Rendered:
        if values.keys() != template.values:
            raise ValueError(f"{template}: values are {sorted(values)}, not {sorted(template.values)}")
        text = "".join(f"{name}: {value}\n" for name, value in sorted(values.items()))
        subject = f"{template.value} ({self.language(language)})"
        return Rendered(subject=subject, text=text, html=f"<pre>{text}</pre>")

    def language(self, wanted: str | None) -> str:
        primary = (wanted or "en").replace("_", "-").partition("-")[0].lower()
        return primary if primary in {"en", "de"} else "en"

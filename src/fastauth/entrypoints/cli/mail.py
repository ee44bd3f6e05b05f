"""``fastauth mail``."""

from secrets import token_hex
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.domain.mail.message import Message
from fastauth.domain.mail.template import MailTemplate
from fastauth.domain.outbox.errors import DeliveryFailed
from fastauth.entrypoints.cli.runner import fail, run, runnable_settings_or_exit

if TYPE_CHECKING:
    from fastauth.entrypoints.container import Container

app = typer.Typer(help="Test sending of mail.", no_args_is_help=True)


@app.callback()
def mail() -> None:
    """Keep ``test`` a command of its own, although it is the only one."""


@app.command(name="test")
def send_test_mail(
    address: Annotated[str, typer.Argument(help="The address of the recipient.")],
    *,
    language: Annotated[str, typer.Option(help="The language of the mail.")] = "en",
) -> None:
    """Send a test mail now, with these settings. The exit status is 0 if the server accepts it."""
    settings = runnable_settings_or_exit()

    async def send(container: "Container") -> None:
        renderer = container.message_renderer()
        rendered = renderer.render(MailTemplate.TEST, language=language, values={})
        message = Message(
            to=address,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            message_id=f"{token_hex(16)}@{container.message_id_host()}",
            language=renderer.language(language),
        )
        await container.mail_transport().send(message)

    try:
        run(send, settings)
    except DeliveryFailed as failed:
        fail(f"not sent: {failed.reason}")
    typer.echo(f"sent by FASTAUTH_MAIL={settings.mail}")

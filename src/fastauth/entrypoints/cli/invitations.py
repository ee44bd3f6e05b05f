"""``fastauth invitations``."""

from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.domain.invitations.invitation import DEFAULT_DAYS, InvitationId
from fastauth.entrypoints.cli.output import add_row, echo_json, format_time, show
from fastauth.entrypoints.cli.runner import run
from fastauth.entrypoints.text import escape_control_characters

if TYPE_CHECKING:
    from fastauth.domain.invitations.invitation import Invitation
    from fastauth.entrypoints.container import Container

app = typer.Typer(help="Invite people to create an account.", no_args_is_help=True)


@app.command()
def create(
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help="The e-mail address.")],
    roles: Annotated[
        list[str] | None,
        typer.Option("--role", "-r", help="A role of the account. Repeat it for several."),
    ] = None,
    days: Annotated[int, typer.Option(help="Days until it expires, 1 to 30.")] = DEFAULT_DAYS,
    locale: Annotated[str | None, typer.Option(help="The language of the mail, such as de.")] = None,
    link: Annotated[bool, typer.Option("--link", help="Print the link, and send no mail.")] = False,
) -> None:
    """Invite a user by mail, or print the link."""
    from fastauth.application.invitations.invite import InvitationRequest

    request = InvitationRequest(email=email, roles=roles or (), expires_in_days=days, locale=locale)
    made = run(lambda container: container.invite_by_operator()(request=request, by_mail=not link))
    if made.link:
        typer.echo(made.link)
        return
    shown = escape_control_characters(made.invitation.email.text)
    typer.echo(f"invitation {made.invitation.id}: {shown} gets a mail from the running service")


@app.command(name="list")
def list_invitations(
    json: Annotated[bool, typer.Option("--json", help="Print lines of JSON.")] = False,
) -> None:
    """List invitations that can be accepted, the oldest first."""

    async def show_all(container: "Container") -> None:
        after, is_first = None, True
        while after or is_first:
            page = await container.list_invitations()(acting=None, after=after)
            _show_page(page.items, json=json)
            after, is_first = page.next, False

    run(show_all)


@app.command()
def withdraw(
    invitation: Annotated[int, typer.Argument(metavar="ID", help="The id, as in the list.")],
) -> None:
    """Withdraw an invitation. Its link is no longer valid."""
    run(
        lambda container: container.withdraw_invitation()(acting=None, invitation_id=InvitationId(invitation))
    )
    typer.echo(f"invitation {invitation} is withdrawn")


def _show_page(invitations: "tuple[Invitation, ...]", *, json: bool) -> None:
    if json:
        for each in invitations:
            echo_json(
                {
                    "id": each.id,
                    "email": each.email.text,
                    "roles": list(each.roles),
                    "invited_by": each.invited_by,
                    "expires_at": each.expires_at,
                }
            )
        return
    from rich.table import Table

    table = Table("id", "address", "roles", "invited by account", "expires")
    for each in invitations:
        inviting = "" if each.invited_by is None else each.invited_by
        add_row(
            table, each.id, each.email.text, ", ".join(each.roles), inviting, format_time(each.expires_at)
        )
    show(table)

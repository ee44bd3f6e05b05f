"""``fastauth users``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fastauth.domain.sessions.session import MAX_COUNTED
from fastauth.entrypoints.cli.output import add_row, echo_json, format_time, show
from fastauth.entrypoints.cli.password_prompt import ask_password
from fastauth.entrypoints.cli.runner import run, runnable_settings_or_exit
from fastauth.entrypoints.text import escape_control_characters, plural

if TYPE_CHECKING:
    from fastauth.application.accounts.get_user import AccountDetails
    from fastauth.application.second_factors.get_second_factors import SecondFactors
    from fastauth.domain.accounts.user import User
    from fastauth.domain.email_addresses.record import AddressRecord
    from fastauth.domain.sessions.session import Session
    from fastauth.entrypoints.container import Container

app = typer.Typer(help="Manage accounts.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The username, in any spelling.")]
Json = Annotated[bool, typer.Option("--json", help="Print lines of JSON.")]
Stdin = Annotated[bool, typer.Option("--stdin", help="Read the password from standard input.")]
Fullname = Annotated[str | None, typer.Option(help="The full name; without it, the username.")]
Disabled = Annotated[
    bool | None, typer.Option("--disabled/--enabled", help="Only disabled accounts, or only enabled ones.")
]


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The username.")],
    fullname: Fullname = None,
    stdin: Stdin = False,
) -> None:
    """Create an account. The password is prompted for, or read with --stdin."""
    settings = runnable_settings_or_exit()
    password = ask_password(from_stdin=stdin)
    user = run(
        lambda container: container.register_user()(
            username=name,
            password=password,
            fullname=name if fullname is None else fullname,
            address=None,
        ),
        settings,
    )
    typer.echo(f"{escape_control_characters(user.username.display)} is created with id {user.id}")


@app.command(name="list")
def list_users(disabled: Disabled = None, json: Json = False) -> None:
    """List all accounts, the oldest first."""

    async def show_all(container: "Container") -> None:
        async for page in container.list_users()(disabled=disabled):
            _show_page(page, json=json)

    run(show_all)


@app.command(name="show")
def get_user(name: Name, json: Json = False) -> None:
    """Show an account and its sessions."""
    account, factors = run(lambda container: _get(container, name))
    user, addresses, sessions = account.user, account.addresses, account.sessions
    if json:
        shown = {
            **_user(user),
            "locale": user.locale,
            "email": _address(addresses.verified),
            "pending_email": _address(addresses.pending),
            "has_password": account.has_password,
            "passkeys": account.passkeys,
            "totp_since": factors.totp_since,
            "recovery_codes": factors.recovery_codes,
            "sessions": [_session(session) for session in sessions],
        }
        echo_json(shown)
        return
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    for title, value in (
        ("id", user.id),
        ("username", user.username.display),
        ("full name", user.fullname.text),
        ("disabled since", format_time(user.disabled_at) or "not disabled"),
        ("e-mail address", addresses.verified.address.text if addresses.verified else ""),
        ("pending address", addresses.pending.address.text if addresses.pending else ""),
        ("language", user.locale or ""),
        ("password", "yes" if account.has_password else "no"),
        ("passkeys", account.passkeys),
        ("authenticator app since", format_time(factors.totp_since) or "no"),
        ("recovery codes", factors.recovery_codes),
        ("sessions", len(sessions)),
    ):
        add_row(grid, title, value)
    show(grid)
    if sessions:
        table = Table("session", "began", "last used", "ends unless used", "ends in any case")
        for each in sessions:
            times = (each.created_at, each.last_used_at, each.refresh_expires_at, each.expires_at)
            add_row(table, each.id, *map(format_time, times))
        show(table)


async def _get(container: "Container", name: str) -> "tuple[AccountDetails, SecondFactors]":
    account = await container.get_user()(username=name)
    return account, await container.get_second_factors()(user=account.user)


@app.command()
def rename(name: Name, new: Annotated[str, typer.Argument(metavar="NEW", help="The new username.")]) -> None:
    """Give an account another username. Its sessions go on."""
    user = run(lambda container: container.rename_user()(username=name, new_username=new))
    typer.echo(f"{escape_control_characters(name)} is now {escape_control_characters(user.username.display)}")


@app.command()
def disable(name: Name) -> None:
    """Disable an account. Its sessions are revoked at once, and log-ins to it fail."""
    user = run(lambda container: container.disable_user()(username=name))
    typer.echo(f"{escape_control_characters(user.username.display)} is disabled, all sessions are revoked")


@app.command()
def enable(name: Name) -> None:
    """Enable a disabled account."""
    user = run(lambda container: container.enable_user()(username=name))
    typer.echo(f"{escape_control_characters(user.username.display)} is enabled")


@app.command()
def unlock(name: Name) -> None:
    """Unlock an account that too many failed log-ins have locked for unknown devices."""
    user = run(lambda container: container.unlock_user()(username=name))
    typer.echo(f"{escape_control_characters(user.username.display)} is unlocked")


@app.command()
def set_password(name: Name, stdin: Stdin = False) -> None:
    """Set a new password, prompted for or read with --stdin. All sessions are revoked."""
    settings = runnable_settings_or_exit()
    password = ask_password(from_stdin=stdin)
    user = run(lambda container: container.set_password()(username=name, password=password), settings)
    typer.echo(
        f"{escape_control_characters(user.username.display)} has a new password, all sessions are revoked"
    )


@app.command()
def reset_second_factor(name: Name) -> None:
    """Remove app, passkeys and recovery codes of a user who has lost them. All sessions are revoked."""
    user = run(lambda container: container.reset_second_factors()(username=name))
    name = escape_control_characters(user.username.display)
    typer.echo(f"{name} logs in by password alone, all sessions are revoked")


@app.command()
def revoke_sessions(name: Name) -> None:
    """Revoke all sessions of an account."""
    revoked = run(lambda container: container.revoke_sessions()(username=name))
    at_least = "at least " if revoked >= MAX_COUNTED else ""
    typer.echo(f"{at_least}{plural(revoked, 'session')} revoked")


def _show_page(users: "list[User]", *, json: bool) -> None:
    if json:
        for user in users:
            echo_json(_user(user))
        return
    from rich.table import Table

    table = Table("id", "username", "full name", "disabled since")
    for user in users:
        add_row(table, user.id, user.username.display, user.fullname.text, format_time(user.disabled_at))
    show(table)


def _user(user: "User") -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username.display,
        "fullname": user.fullname.text,
        "disabled_at": user.disabled_at,
    }


def _address(record: "AddressRecord | None") -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "address": record.address.text,
        "added_at": record.added_at,
        "verified_at": record.verified_at,
        "undeliverable_at": record.undeliverable_at,
    }


def _session(session: "Session") -> dict[str, Any]:
    return {
        "id": session.id,
        "created_at": session.created_at,
        "last_used_at": session.last_used_at,
        "refresh_expires_at": session.refresh_expires_at,
        "expires_at": session.expires_at,
    }

"""``fastauth roles``, and the commands of ``fastauth users`` that are about roles."""

from pathlib import Path
from typing import Annotated

import typer

from fastauth.domain.roles.role import Role
from fastauth.domain.roles.role_changes import RoleChanges
from fastauth.entrypoints.cli import users
from fastauth.entrypoints.cli.output import add_row, echo_json, show
from fastauth.entrypoints.cli.runner import fail, run
from fastauth.entrypoints.roles_file import RolesFileError, read_roles
from fastauth.entrypoints.text import escape_control_characters

app = typer.Typer(help="Manage roles and their permissions.", no_args_is_help=True)

DIFFERENT = 2
"""Exit status of ``apply --check`` if the stored roles differ from the file."""

RoleName = Annotated[str, typer.Argument(metavar="ROLE", help="The name of the role.")]


@app.command(name="list")
def list_roles(json: users.Json = False) -> None:
    """List all roles with their permissions."""
    roles = run(lambda container: container.roles().load())
    if json:
        for role in roles:
            echo_json(_as_json(role))
        return
    from rich.table import Table

    table = Table("role", "permissions", "description")
    for role in roles:
        add_row(table, role.name, " ".join(sorted(role.permissions)), role.description)
    show(table)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file with all roles.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the difference, change nothing.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Like --dry-run; exit with status 2 if there is a difference.")
    ] = False,
) -> None:
    """Make the stored roles those of FILE, in one transaction. Built-in roles stay as they are."""
    try:
        declared = read_roles(file)
    except RolesFileError as error:
        fail(f"{file}: {error}")
    only_shown = dry_run or check
    changes = run(lambda container: container.apply_roles()(declared=declared, dry_run=only_shown))
    _show(changes)
    if check and changes:
        raise typer.Exit(DIFFERENT)


@users.app.command()
def grant(name: users.Name, role: RoleName) -> None:
    """Give an account a role. Its next access token has it."""
    user = run(lambda container: container.grant_role()(username=name, role=role))
    typer.echo(f"{escape_control_characters(user.username.display)} has the role {role}")


@users.app.command()
def revoke(name: users.Name, role: RoleName) -> None:
    """Take a role from an account. Its next access token no longer has it."""
    user = run(lambda container: container.revoke_role()(username=name, role=role))
    typer.echo(f"{escape_control_characters(user.username.display)} no longer has the role {role}")


def _show(changes: RoleChanges) -> None:
    for sign, names in (
        ("+", [role.name for role in changes.added]),
        ("~", [role.name for role in changes.changed]),
        ("-", changes.removed),
    ):
        for name in sorted(names):
            typer.echo(f"{sign} {name}")
    if not changes:
        typer.echo("The stored roles are those of the file.")


def _as_json(role: Role) -> dict[str, object]:
    return {
        "name": role.name,
        "description": role.description,
        "permissions": sorted(role.permissions),
        "built_in": role.built_in,
    }

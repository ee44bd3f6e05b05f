"""``fastauth doctor``."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from fastauth.entrypoints.cli.output import show
from fastauth.entrypoints.cli.runner import load_settings_or_exit, run

if TYPE_CHECKING:
    from fastauth.entrypoints.doctor import Finding

COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    with_mail: Annotated[bool, typer.Option("--mail", help="Also connect to the mail server.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as failures.")] = False,
) -> None:
    """Review this deployment. The exit status is 1 if something fails, and 0 otherwise."""
    from fastauth.entrypoints.doctor import CHECKS, exit_status, mail_connection, run_checks, worst

    checks = (*CHECKS, mail_connection) if with_mail else CHECKS
    findings = run(lambda container: run_checks(container, checks), load_settings_or_exit())
    if as_json:
        whole = {"worst": worst(findings), "findings": [asdict(finding) for finding in findings]}
        typer.echo(json.dumps(whole, indent=2))
    else:
        _show(findings)
    raise typer.Exit(exit_status(findings, strict=strict))


def _show(findings: "list[Finding]") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("", "check", "observed", "remedy")
    for finding in findings:
        level = Text(finding.level, style=COLOURS[finding.level])
        table.add_row(level, finding.subject, finding.observed, finding.remedy or "")
    show(table)

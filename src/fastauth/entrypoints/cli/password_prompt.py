"""Read a password from the terminal or standard input. Arguments would be visible to all local users."""

import sys

import typer

from fastauth.entrypoints.cli.runner import fail

MAX_STDIN_BYTES = 4_096
"""More than 256 code points in UTF-8 and a line end."""


def ask_password(*, from_stdin: bool) -> str:
    """Prompt for a password twice and return it, or return the line on standard input."""
    if from_stdin:
        return _line()
    if not sys.stdin.isatty():
        fail("cannot ask for a password without a terminal; pipe it to --stdin")
    password: str = typer.prompt(
        "Password", hide_input=True, confirmation_prompt="Repeat the password", err=True
    )
    return password


def _line() -> str:
    sent = sys.stdin.buffer.read(MAX_STDIN_BYTES + 1)
    if len(sent) > MAX_STDIN_BYTES:
        fail(f"password: standard input has more than {MAX_STDIN_BYTES} bytes")
    try:
        return sent.removesuffix(b"\n").removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        fail("password: standard input is not UTF-8")

"""Where a command takes a password from: never from its arguments, which everybody on the machine sees."""

import sys

import typer

from fastauth.entrypoints.cli.runner import fail

MAX_STDIN_BYTES = 4_096
"""More than 256 code points in UTF-8 and the end of a line."""


def ask_password(*, from_stdin: bool) -> str:
    """Return a password that somebody types twice, or the line on standard input."""
    if from_stdin:
        return _line()
    if not sys.stdin.isatty():
        fail("there is no terminal to ask for the password; pipe it in and pass --stdin")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt="Once more", err=True)
    return password


def _line() -> str:
    sent = sys.stdin.buffer.read(MAX_STDIN_BYTES + 1)
    if len(sent) > MAX_STDIN_BYTES:
        fail("password: there is too much on standard input")
    try:
        return sent.removesuffix(b"\n").removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        fail("password: what is on standard input is not UTF-8")

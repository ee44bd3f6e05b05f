"""Forms that hold nothing but the token of a link in a mail."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse

from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.forms import read_form
from fastauth.entrypoints.http.pages.rendering import render_page


async def use_token(
    request: Request, container: Container, use: Callable[..., Awaitable[None]], *, form: str, done: str
) -> HTMLResponse:
    """Use the token of the form; return the page `done`, or the page `form` with the error."""
    token = (await read_form(request)).get("token", "").strip()
    try:
        await use(token=token)
    except FastauthError as error:
        return render_page(request, container, form, error=error, token=token)
    return render_page(request, container, done)

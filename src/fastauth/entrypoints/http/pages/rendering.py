"""Pages from Jinja2 templates, with the headers that they need."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.registration_mode import RegistrationMode
from fastauth.domain.errors import FastauthError, InvalidInput, RateLimited, Unavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.accept_language import choose_language
from fastauth.entrypoints.http.pages.destinations import with_next
from fastauth.entrypoints.http.pages.static import LOGO, assets_of
from fastauth.entrypoints.http.problem_details import status_of

if TYPE_CHECKING:
    from jinja2 import Environment

ENGLISH = "en"
TEMPLATES = Path(__file__).parent / "templates"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
    ),
    # With no-referrer, which the API sends, a form would have "Origin: null".
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "publickey-credentials-get=(self), publickey-credentials-create=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Language",
}


class Translator(Protocol):
    """Translates English texts."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages that there are."""

    def translate(self, language: str, message: str) -> str:
        """Return a text in one of `languages`."""


def render_page(
    request: Request,
    container: Container,
    template: str,
    *,
    status: int = 200,
    error: FastauthError | None = None,
    **values: object,
) -> HTMLResponse:
    """Return a page in the language of the browser, with the error of the last form if there is one.

    Texts are shown without control characters and marks of the writing direction.
    """
    settings, catalogues = container.settings(), container.catalogues()
    language = choose_language(
        request.headers.get("accept-language", ""), offered=catalogues.languages, default=ENGLISH
    )
    url = urlsplit(settings.public_url)
    assets = {name: url.path + each.path for name, each in assets_of(settings).items()}
    render = partial(
        _environment().get_template(template).render,
        {name: _printable(value) for name, value in values.items()},
        _=partial(_text, catalogues, language),
        language=language,
        service=url.netloc,
        base=url.path,
        assets=assets,
        brand={"name": settings.brand_name, "logo": assets.get(LOGO)},
        minimum=settings.password_min_length,
        offers_mail=settings.sends_mail,
        offers_registration=settings.registration is RegistrationMode.OPEN,
        offers_passkeys=settings.relying_party is not None,
        date=partial(_date, language),
        time=partial(_time, language),
        with_next=with_next,
        offers_docs=settings.docs,
    )
    html = _with_errors(render, error)
    headers = dict(HEADERS)
    if isinstance(error, RateLimited | Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    return HTMLResponse(html, status_code=status_of(error) if error else status, headers=headers)


def _printable(value: object) -> object:
    return "".join(filter(str.isprintable, value)) if isinstance(value, str) else value


def _with_errors(render: Callable[..., str], error: FastauthError | None) -> str:
    """Return the page with the error above the form, or at the fields that break a rule.

    A violation of a field that the form does not show is shown above the form.
    """
    if isinstance(error, UsernameTaken):
        return render(errors=[], field_errors={"username": error.code})
    if not isinstance(error, InvalidInput):
        return render(errors=[error.code] if error else [], field_errors={})
    at = {each.field: each.code for each in error.violations}
    html = render(errors=[], field_errors=at)
    unseen = [code for name, code in at.items() if f'id="{name}-error"' not in html]
    return render(errors=unseen, field_errors=at) if unseen else html


def _date(language: str, at: datetime) -> str:
    from babel.dates import format_date  # noqa: PLC0415  only pages need it

    return format_date(at.astimezone(UTC), "long", locale=language)


def _time(language: str, at: datetime) -> str:
    from babel.dates import format_datetime  # noqa: PLC0415  as above

    return f"{format_datetime(at, 'd MMM y HH:mm', tzinfo=UTC, locale=language)} UTC"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  only pages need it

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _text(translator: Translator, language: str, message: str, /, **values: object) -> str:
    from markupsafe import escape  # noqa: PLC0415  as above

    return escape(translator.translate(language, message)) % values

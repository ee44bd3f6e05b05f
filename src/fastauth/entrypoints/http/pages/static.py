"""The stylesheet, the script and the logo of the pages, at addresses that change with their contents."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.pages.accent import accent_styles
from fastauth.entrypoints.http.strict_json import StrictJSONRoute
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.brand import Logo

STYLES, CONSOLE_STYLES, SCRIPT, LOGO = "app.css", "console.css", "app.js", "logo"
FOLDER = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Asset:
    """A file that browsers load beside a page."""

    name: str
    media_type: str
    content: bytes

    @property
    def path(self) -> str:
        """The path below the URL of the pages. A browser may keep the file for a year."""
        return f"/assets/{sha256(self.content).hexdigest()[:16]}/{self.name}"


def assets_of(settings: Settings) -> Mapping[str, Asset]:
    """Return the files of the pages in the look of an organisation, by `STYLES` and the other names."""
    return _assets(settings.brand_accent, settings.brand_logo)


@lru_cache(maxsize=1)
def _assets(accent: str | None, logo: Logo | None) -> Mapping[str, Asset]:
    styles = (FOLDER / STYLES).read_bytes() + (accent_styles(accent) if accent else "").encode()
    assets = {
        STYLES: Asset(STYLES, "text/css", styles),
        CONSOLE_STYLES: Asset(CONSOLE_STYLES, "text/css", (FOLDER / CONSOLE_STYLES).read_bytes()),
        SCRIPT: Asset(SCRIPT, "text/javascript", (FOLDER / SCRIPT).read_bytes()),
    }
    if logo:
        assets[LOGO] = Asset(f"logo.{logo.ending}", logo.media_type, logo.content)
    return assets


router = APIRouter(route_class=StrictJSONRoute)


@router.api_route("/assets/{digest}/{name}", methods=["GET", "HEAD"], include_in_schema=False)
async def asset(digest: str, name: str, container: ContainerDep) -> Response:
    """Return a file."""
    found = {each.path: each for each in assets_of(container.settings()).values()}
    if (file := found.get(f"/assets/{digest}/{name}")) is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(file.content, headers=headers, media_type=file.media_type)

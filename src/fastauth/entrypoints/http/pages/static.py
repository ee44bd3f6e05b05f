"""The stylesheet and the script of the pages, at addresses that change with their contents."""

from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from fastauth.entrypoints.http.strict_json import StrictJSONRoute

_FOLDER = Path(__file__).parent / "assets"
_MEDIA_TYPES = {"page.css": "text/css", "page.js": "text/javascript"}
_CONTENTS = {name: (_FOLDER / name).read_bytes() for name in _MEDIA_TYPES}

PATHS = {name: f"/assets/{sha256(content).hexdigest()[:16]}/{name}" for name, content in _CONTENTS.items()}
"""Path of each file below the URL of the pages. A browser may keep it for a year."""

router = APIRouter(route_class=StrictJSONRoute)


@router.api_route("/assets/{digest}/{name}", methods=["GET", "HEAD"], include_in_schema=False)
async def asset(digest: str, name: str) -> Response:
    """Return a file."""
    if f"/assets/{digest}/{name}" not in PATHS.values():
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_CONTENTS[name], headers=headers, media_type=_MEDIA_TYPES[name])

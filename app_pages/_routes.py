"""The addresses beside Streamlit: the map's files, geometry, values, and pages to print."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from functools import lru_cache
from importlib import resources
from pathlib import Path

import js_lib_leaflet
import streamlit
import xstatic.pkg.jquery
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import mapping
from app_pages._tables import Study, study
from exports.ward_report import ward_report_html
from gaps.indicators import CUTOFFS_MIN, ZONE_KINDS, available_indicators
from layers.categories import read_asset_rules
from mapping.geometry import DISPLAYED, assets_geojson, display_geojson
from study.errors import StrongPlacesError

_LEAFLET = Path(js_lib_leaflet.__file__).parent / "static" / "js_lib_leaflet"
_OWN = Path(str(resources.files(mapping))) / "static"
MAP_FILES = {
    "leaflet.js": (_LEAFLET / "leaflet.js", "text/javascript"),
    "leaflet.css": (_LEAFLET / "leaflet.css", "text/css"),
    "jquery.min.js": (Path(xstatic.pkg.jquery.BASE_DIR) / "jquery.min.js", "text/javascript"),
    "strong_places_map.js": (_OWN / "strong_places_map.js", "text/javascript"),
    "strong_places_map.css": (_OWN / "strong_places_map.css", "text/css"),
}
FOREVER = "public, max-age=31536000, immutable"


@lru_cache(maxsize=256)
def _compressed(key: tuple[str, ...], body: bytes) -> tuple[bytes, str]:
    return gzip.compress(body, 6, mtime=0), '"' + hashlib.sha256(body).hexdigest()[:20] + '"'


def _answer(request: Request, key: tuple[str, ...], body: bytes, media_type: str, cache: str) -> Response:
    """Answer with gzip where the browser takes it, and "not modified" where it has the same already."""
    packed, etag = _compressed(key, body)
    headers = {"ETag": etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    # A list of tags, or one that a proxy has marked as weak (W/"..."), holds ours as well.
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(body, media_type=media_type, headers=headers)


def _sorry(error: StrongPlacesError | str, status: int = 404) -> JSONResponse:
    what = error.what if isinstance(error, StrongPlacesError) else error
    return JSONResponse({"error": what}, status_code=status)


def _sorry_page(what: str) -> HTMLResponse:
    """Say the same to a person who opened an address in the browser."""
    page = (
        f'<!doctype html><html lang="en"><title>Not found - Strong Places</title><h1>{html.escape(what)}</h1>'
    )
    return HTMLResponse(page, 404)


def _study_of(request: Request) -> Study | None:
    """Return the study area of an address whose fingerprint is still that of the data."""
    found = study(request.path_params["slug"])
    return found if request.path_params["fingerprint"] == found.tables.fingerprint else None


def map_file(request: Request) -> Response:
    """Serve Leaflet, jQuery and our own script: the map needs nothing from outside."""
    name = request.path_params["name"]
    if name not in MAP_FILES:
        return _sorry("There is no such file.")
    path, media_type = MAP_FILES[name]
    return _answer(request, ("file", name), path.read_bytes(), media_type, "public, no-cache")


@lru_cache(maxsize=32)
def _geometry(slug: str, fingerprint: str, name: str) -> bytes:
    tables = study(slug).tables
    return assets_geojson(tables.assets) if name == "assets" else display_geojson(tables, name)


def map_geometry(request: Request) -> Response:
    """Serve geometry and names, once: the address changes when the data does."""
    slug, name = request.path_params["slug"], request.path_params["name"]
    try:
        found = _study_of(request)
        if found is None or name not in (*DISPLAYED, "assets"):
            return _sorry("This map's data has changed or was never here; reload the page.")
        key = (slug, found.tables.fingerprint, name)
        return _answer(request, key, _geometry(*key), "application/geo+json", FOREVER)
    except KeyError:
        return _sorry("This study area has no such layer.")
    except StrongPlacesError as error:
        return _sorry(error)


def map_values(request: Request) -> Response:
    """Serve one indicator's values, in the order of the zones' geometry."""
    indicator_id = request.path_params["indicator"]
    by = request.query_params.get("by", "ward")
    asset_type = request.query_params.get("type", "community_space")
    cutoff = request.query_params.get("min", str(CUTOFFS_MIN[0]))
    try:
        found = _study_of(request)
        if (
            found is None
            or indicator_id not in available_indicators(found.tables)
            or by not in ZONE_KINDS
            or asset_type not in read_asset_rules().types
            or cutoff not in {str(c) for c in CUTOFFS_MIN}
        ):
            return _sorry("There are no such values here; reload the page.")
        answer = found.values(indicator_id, by=by, asset_type=asset_type, cutoff_min=int(cutoff))
    except StrongPlacesError as error:
        return _sorry(error)
    values = [None if v != v else round(float(v), 4) for v in answer.values]
    body = json.dumps({"values": values, "status": list(answer.status)}, separators=(",", ":")).encode()
    key = (found.area.slug, found.tables.fingerprint, indicator_id, by, asset_type, cutoff)
    return _answer(request, key, body, "application/json", FOREVER)


def print_ward(request: Request) -> Response:
    """Serve a ward as two sides of A4."""
    try:
        found = study(request.path_params["slug"])
        if request.path_params["ward_code"] not in found.tables.wards.index:
            return _sorry_page("There is no such ward.")
        ward_code = request.path_params["ward_code"]
        body = ward_report_html(found.walking, ward_code).encode()
        key = ("print", found.area.slug, found.tables.fingerprint, ward_code)
        return _answer(request, key, body, "text/html; charset=utf-8", "no-cache")
    except StrongPlacesError as error:
        return _sorry_page(error.what)


ROUTES = [
    Route("/map-assets/{name}", map_file),
    Route("/map-data/{slug}/{fingerprint}/{name}.geojson", map_geometry),
    Route("/map-data/{slug}/{fingerprint}/values/{indicator}.json", map_values),
    Route("/print/{slug}/{ward_code}", print_ward),
]

# Streamlit sets none of these by itself. Its own frames (`/component/*`) evaluate the script they are handed;
# nothing else may. Pictures may come from the OpenStreetMap tiles a visitor has asked for, and nowhere else.
_SHARED_POLICY = (
    "default-src 'self'; base-uri 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'self'; "
    "connect-src 'self' ws: wss: blob:; font-src 'self' data:; worker-src 'self' blob:; media-src 'self'; "
    "frame-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https://tile.openstreetmap.org; "
)


def _inline_script_hashes() -> str:
    """Return the hashes of the scripts written into Streamlit's own first page, which may run as they are."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page, flags=re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    return " ".join(f"'sha256-{d}'" for d in digests)


_PAGE_POLICY = _SHARED_POLICY + f"script-src 'self' blob: 'wasm-unsafe-eval' {_inline_script_hashes()}"
_FRAME_POLICY = _SHARED_POLICY + "script-src 'self' 'unsafe-inline' 'unsafe-eval'"


class SecurityHeaders:
    """Add a content security policy and its companions to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the answer's start."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        policy = _FRAME_POLICY if scope["path"].startswith("/component/") else _PAGE_POLICY

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", []),
                    (b"content-security-policy", policy.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"x-frame-options", b"SAMEORIGIN"),
                    (b"referrer-policy", b"strict-origin-when-cross-origin"),
                    (b"permissions-policy", b"geolocation=(self), camera=(), microphone=()"),
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)


MIDDLEWARE = [Middleware(SecurityHeaders)]

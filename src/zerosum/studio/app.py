"""The studio's server as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from zerosum.errors import ZerosumError
from zerosum.lessons.pages.assets import PAGE_FILES
from zerosum.studio import (
    api_attack,
    api_classes,
    api_compare,
    api_data,
    api_draw,
    api_events,
    api_lessons,
    api_networks,
    api_pictures,
    api_play,
    api_queue,
    api_recipes,
    api_results,
    api_runs,
    api_saved,
    api_studio,
    api_translate,
    api_uploads,
)
from zerosum.studio.answers import Json, refuse_in_json
from zerosum.studio.security import Guard
from zerosum.studio.studio import Studio
from zerosum.version import __version__

__all__ = ["create_app"]

STATIC = Path(str(files("zerosum.studio") / "static"))
_USES = ("play", "draw", "translate", "attack", "classes", "compare")
"""Pages that use networks, of which each may be named."""
_PAGES = (
    *("/", "/runs", "/new", "/new/{name}", "/queue", "/run/{name}", "/learn", "/learn/{name}"),
    *("/use", *(f"/{use}" for use in _USES), *(f"/{use}/{{name}}" for use in _USES)),
    "/results/{name}",
)
_ABOUT = """
All that the pages of the studio do, for programs. Each call carries the token of the folder of
runs, which is in `RUNS/.studio/token` and in the address that `zerosum studio` printed:
`Authorization: Bearer TOKEN`; for a GET, `?token=TOKEN` does as well. Every refusal is
`{"error": {"message": TEXT, "field": NAME or null}}`.
"""
_PARTS = (
    api_studio,
    api_runs,
    api_queue,
    api_recipes,
    api_data,
    api_uploads,
    api_lessons,
    api_networks,
    api_pictures,
    api_play,
    api_saved,
    api_draw,
    api_attack,
    api_translate,
    api_results,
    api_classes,
    api_compare,
    api_events,
)
"""In the order in which they are described."""


def create_app(studio: Studio) -> FastAPI:
    """The application of a studio.

    Args:
        studio: What it serves.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with studio.working():
                yield
        except ZerosumError as error:
            studio.failure = error
            raise

    app = _Guarded(
        studio,
        title="zerosum studio",
        description=_ABOUT,
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        default_response_class=Json,
        lifespan=lifespan,
    )
    refuse_in_json(app)
    api = APIRouter(prefix="/api/v1")
    for part in _PARTS:
        api.include_router(part.router(studio))
    app.include_router(api)
    app.get("/api", include_in_schema=False)(_api_page)
    for path in _PAGES:
        app.get(path, include_in_schema=False)(_page)
    app.mount("/static/lessons", StaticFiles(directory=PAGE_FILES), name="lessons")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.get("/{path:path}", include_in_schema=False)(_missing_page)
    return app


class _Guarded(FastAPI):
    """An application within a `Guard`, outside of which not even an error is answered."""

    def __init__(self, studio: Studio, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self._studio = studio

    def build_middleware_stack(self) -> ASGIApp:
        studio = self._studio
        return Guard(
            super().build_middleware_stack(),
            token=studio.token,
            host=studio.options.host,
            upload_bytes=studio.limits.upload_bytes,
        )


def _page() -> FileResponse:
    """The one document of all pages; which one is shown is decided in the browser."""
    return FileResponse(STATIC / "index.html")


def _missing_page(path: str) -> FileResponse:
    """The same, for whoever has mistyped an address; programs are told in their own form."""
    if path.startswith("api/"):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return FileResponse(STATIC / "index.html", status_code=404)


def _api_page() -> FileResponse:
    """The description of the API."""
    return FileResponse(STATIC / "api.html")

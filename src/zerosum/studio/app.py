"""The studio's server as an ASGI application."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from zerosum.errors import ZerosumError
from zerosum.studio.studio import Studio
from zerosum.version import __version__

__all__ = ["create_app"]

STATIC = Path(str(files("zerosum.studio") / "static"))
_PAGES = ("/", "/runs", "/new", "/new/{name}", "/queue", "/run/{name}", "/learn", "/learn/{name}")


def create_app(studio: Studio) -> FastAPI:
    """The application of a studio.

    Args:
        studio: What it serves.
    """
    app = FastAPI(title="zerosum studio", version=__version__, docs_url=None, redoc_url=None)
    app.exception_handler(ZerosumError)(_refuse)
    api = APIRouter(prefix="/api/v1")
    app.include_router(api)
    for path in _PAGES:
        app.get(path, include_in_schema=False)(_page)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def _page() -> FileResponse:
    """The one document of all pages; which one is shown is decided in the browser."""
    return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


def _refuse(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": {"message": str(error), "field": None}}, status_code=400)

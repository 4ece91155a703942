"""The suite's OpenAPI document and the page that shows it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from gateway.documents.listing import STYLE, page
from gateway.documents.service import Documents
from kit.auth import public

router = APIRouter(include_in_schema=False)
Anyone = Annotated[None, Depends(public())]
POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}


async def _merged(request: Request) -> dict[str, Any]:
    documents: Documents = request.app.state.documents
    return await documents.merged(request.app.openapi())


Merged = Annotated[dict[str, Any], Depends(_merged)]


@router.get("/openapi.json")
async def read_document(merged: Merged, _: Anyone) -> JSONResponse:
    return JSONResponse(merged)


@router.get("/docs")
async def show_document(merged: Merged, _: Anyone) -> HTMLResponse:
    return HTMLResponse(page(merged), headers=POLICY)


@router.get("/docs/style.css")
async def read_style(_: Anyone) -> Response:
    return Response(STYLE, media_type="text/css")


@router.get("/")
async def lead_to_document(_: Anyone) -> RedirectResponse:
    return RedirectResponse("/docs")


def take_over(app: FastAPI) -> None:
    """Lets the suite's document stand where FastAPI would serve the gateway's own."""
    own = [route for route in app.router.routes if getattr(route, "path", None) == app.openapi_url]
    for route in own:
        app.router.routes.remove(route)

"""What makes the pages an application on a phone: its manifest, its service worker, and a page for when there is no net."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, send_from_directory, url_for
from flask_babel import gettext

from service.web import context
from service.web.assets import BUILD, asset_file

blueprint = Blueprint("install", __name__)

ICONS = ((192, "any"), (512, "any"), (192, "maskable"), (512, "maskable"))


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """Name, icons and start of the installed application, in the reader's language."""
    answer = jsonify(
        id="/",
        name=f"Mutasi {context.services().settings.city}",
        short_name="Mutasi",
        description=gettext("Transfers of civil servants"),
        lang=context.language(),
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#f4f6f9",
        theme_color="#1d5fae",
        categories=["business", "productivity"],
        icons=[_icon(size, purpose) for size, purpose in ICONS],
        shortcuts=[
            {"name": gettext("Inbox"), "url": "/inbox"},
            {"name": gettext("Notices"), "url": "/notices"},
        ],
    )
    answer.mimetype = "application/manifest+json"
    return answer


@blueprint.get("/sw.js")
def worker() -> Response:
    """The service worker, from the root so that it serves all pages; looked for anew each time."""
    answer = send_from_directory(BUILD, asset_file("worker.js"), mimetype="text/javascript", etag=True)
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


@blueprint.get("/offline")
def offline() -> str:
    """Kept by the service worker and shown when the server cannot be reached. The same for everybody."""
    return render_template("install/offline.html")


def _icon(size: int, purpose: str) -> dict[str, str]:
    name = f"icons/{'maskable' if purpose == 'maskable' else 'icon'}-{size}.png"
    return {
        "src": url_for("common.static", filename=name),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }

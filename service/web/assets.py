"""The built front end: hashed file names by entry, and icons drawn into the page."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, url_for
from markupsafe import Markup, escape
from werkzeug.utils import safe_join

BUILD = Path(__file__).parent / "static" / "build"
PACKED = {"br": ".br", "gzip": ".gz"}
"""How the build packs scripts and styles, the smallest first: the encoding and how the file's name ends."""


class NotBuilt(RuntimeError):
    """The front end is missing: run `make setup` (it runs `npm ci` and `npm run build` in frontend/)."""


class Assets(Blueprint):
    """A blueprint that sends its files packed where the build left them so and the browser takes it (RFC 9110, 12.5.3)."""

    def send_static_file(self, filename: str) -> Response:
        """The file, or 404."""
        answer = super().send_static_file(self._as_taken(filename))
        answer.vary.add("Accept-Encoding")
        return answer

    def _as_taken(self, filename: str) -> str:
        for encoding, ending in PACKED.items():
            place = safe_join(self.static_folder or "", f"{filename}{ending}")
            if request.accept_encodings[encoding] and place and Path(place).is_file():
                return f"{filename}{ending}"
        return filename


def asset(name: str) -> str:
    """The address of a built file, such as `app.js`. Its name changes with its content: cached for ever."""
    return url_for("common.static", filename=f"build/{asset_file(name)}")


def asset_file(name: str) -> str:
    """The name under which a built file lies in BUILD."""
    try:
        return _manifest()[name]
    except KeyError:
        raise NotBuilt(f"{name} is not in the front end's manifest") from None


def icon(name: str, label: str = "", size: str = "") -> Markup:
    """An icon as inline SVG: hidden from readers unless it has a label."""
    meaning = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    drawing = Markup(_icons()[name])  # noqa: S704 - our own build's file
    kind = escape(f"icon {size}".strip())
    return Markup(
        '<svg class="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        'stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>'
    ).format(kind, meaning, drawing)


@cache
def _manifest() -> dict[str, str]:
    found: dict[str, str] = _read("manifest.json")
    return found


@cache
def _icons() -> dict[str, str]:
    return _read("icons.json")


def _read(name: str) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((BUILD / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotBuilt(NotBuilt.__doc__) from None
    return found

"""From a template and what is known to HTML, to PDF/A, and to pictures of the pages.

Owners edit the templates: they run in Jinja's sandbox and see only their context; the PDF is made without reading
any file or address: fonts and pictures come out of the set of files that the letter was issued with.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any
from urllib.parse import unquote

import segno
from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from markupsafe import Markup

from service.domain.errors import Invalid, NotReady
from service.domain.letters import day_in_words

VARIANT = "pdf/a-3b"
BASE = "http://letter.invalid/"  # never asked: the fetcher hands out the files of the letter
POINTS_PER_PIXEL = 0.75
PICTURE_SCALE = 1.5
SLOT = "ttd-"
SLOT_END = "-akhir"
TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "otf": "font/otf",
    "ttf": "font/ttf",
    "woff2": "font/woff2",
    "css": "text/css",
}

_drawing = Lock()  # Pango and PDFium are not made for several threads at once
logging.getLogger("fontTools").setLevel(logging.WARNING)
logging.getLogger("weasyprint").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature goes: the page (from 0) and the box in points from the page's lower left corner."""

    slot: str
    page: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter as PDF/A, with the places of its signatures."""

    pdf: bytes
    places: tuple[Place, ...]


def write(files: Mapping[str, bytes], template: str, context: Mapping[str, Any]) -> str:
    """The letter as HTML. Raises Invalid, with the line, for a template that does not work."""
    texts = {name: content.decode("utf-8") for name, content in files.items() if name.endswith(".html")}
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"tanggal": _date_text, "angka": _number_text}
    environment.globals.clear()
    environment.globals["range"] = safe_range
    try:
        return environment.get_template(template).render(qr=_qr(context), **context)
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        line = getattr(error, "lineno", None)
        where = f"{template}, {line}" if line else template
        raise Invalid(f"{where}: {error}") from error


def to_pdf(files: Mapping[str, bytes], html: str, identifier: str) -> Printed:
    """HTML as PDF/A-3b with its fonts inside. The same HTML and files give the same bytes.

    Raises NotReady where the machine lacks Pango, Invalid for HTML that cannot be printed.
    """
    weasyprint = _weasyprint()
    from weasyprint.urls import FatalURLFetchingError

    with _drawing:
        source = weasyprint.HTML(string=html, base_url=BASE, url_fetcher=_fetcher(files))
        try:
            document = source.render(pdf_variant=VARIANT)
        except FatalURLFetchingError as error:
            raise Invalid(str(error)) from error
        if not document.pages:
            raise Invalid("The letter has no page.")
        pdf = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier.encode())
    return Printed(pdf, tuple(_places(document.pages)))


def pictures(pdf: bytes, page: int, scale: float = PICTURE_SCALE) -> tuple[bytes, int]:
    """A page (from 1) as PNG, and how many pages there are. Raises LookupError for a page that is not there."""
    import pypdfium2

    with _drawing:
        document = pypdfium2.PdfDocument(pdf)
        try:
            if not 1 <= page <= len(document):
                raise LookupError(page)
            target = io.BytesIO()
            document.init_forms()  # else the boxes of signatures stay empty
            bitmap = document[page - 1].render(scale=scale, may_draw_forms=True)
            bitmap.to_pil().save(target, "PNG", optimize=False)
            return target.getvalue(), len(document)
        finally:
            document.close()


def page_count(pdf: bytes) -> int:
    import pypdfium2

    with _drawing:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def missing_libraries() -> str | None:
    """What the machine lacks for letters; None when they can be printed."""
    try:
        _weasyprint()
    except NotReady as error:
        return str(error)
    return None


def _weasyprint() -> Any:
    """Imported on first use: without Pango on the machine everything but the letters works."""
    try:
        import weasyprint
    except OSError as error:
        raise NotReady(
            "Letters cannot be printed here: install libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz0b."
        ) from error
    return weasyprint


def _fetcher(files: Mapping[str, bytes]) -> Any:
    """Hands out the letter's own files and nothing else: no disk, no network."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = unquote(url.removeprefix(BASE))
            if not url.startswith(BASE) or name not in files or name.endswith(".html"):
                raise FatalURLFetchingError(f"{url}: not a file of the letters")
            kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
            return URLFetcherResponse(url, files[name], {"Content-Type": kind})

    return OwnFiles()


def _places(pages: Any) -> list[Place]:
    """The boxes between the anchors `ttd-<slot>` (upper left) and `ttd-<slot>-akhir` (lower right)."""
    found = []
    for number, page in enumerate(pages):
        for name, start in page.anchors.items():
            end = page.anchors.get(name + SLOT_END)
            if name.startswith(SLOT) and not name.endswith(SLOT_END) and end is not None:
                found.append(
                    Place(
                        name.removeprefix(SLOT),
                        number,
                        start[0] * POINTS_PER_PIXEL,
                        (page.height - end[1]) * POINTS_PER_PIXEL,
                        end[0] * POINTS_PER_PIXEL,
                        (page.height - start[1]) * POINTS_PER_PIXEL,
                    )
                )
    return found


def _qr(context: Mapping[str, Any]) -> Markup | None:
    """The address at which the letter can be checked, as SVG."""
    address = (context.get("surat") or {}).get("tautan")
    return _qr_of(address) if address else None


@lru_cache(maxsize=64)
def _qr_of(address: str) -> Markup:
    # segno writes the SVG: nothing of the address is in it as text.
    return Markup(segno.make(address, error="m").svg_inline(border=2))  # noqa: S704


def _date_text(value: Any) -> str:
    """`12 Januari 2026` of a date or ISO 8601 text; anything else as it is."""
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        return str(value or "–")
    return day_in_words(day)


def _number_text(value: Any) -> str:
    """`1,05`; a dash for nothing."""
    if not isinstance(value, int | float):
        return str(value) if value else "–"
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",")

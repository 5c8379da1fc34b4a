"""What tests of letters share: a town with a decided case, PDF readers, and a stand-in for the national service."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pypdf
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature

from service.operations.letters import rendering
from service.operations.letters.rendering import Place
from service.operations.letters.signers import Request
from service.operations.letters.signers.local import LocalSigner
from service.settings import Settings
from tests.serving import serving


def text_of(pdf: bytes) -> str:
    """All words of a PDF, with single spaces."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def signatures_of(pdf: bytes, settings: Settings) -> list[Any]:
    """pyHanko's verdict on each signature, against the test authority of this installation."""
    signer = LocalSigner(Path(settings.var_dir, "signing"))
    reader = PdfFileReader(io.BytesIO(pdf))
    return [
        validate_pdf_signature(found, signer.validation_context(), signer.validation_context())
        for found in reader.embedded_signatures
    ]


def check_archivable(pdf: bytes) -> None:
    """What PDF/A-3b asks for and can be seen here: XMP, an output intent, every font inside, nothing active."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp or 'pdfaid:part="3"' in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp or 'pdfaid:conformance="B"' in xmp
    intent = root["/OutputIntents"][0].get_object()
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp"  # an ICC profile
    assert "/ID" in reader.trailer
    assert "/Encrypt" not in reader.trailer
    assert not {"/OpenAction", "/AA", "/JavaScript"} & set(root)
    fonts = list(_fonts(reader))
    assert fonts
    for font in fonts:
        descendants = font.get("/DescendantFonts")
        described = descendants[0].get_object() if descendants else font
        embedded = described["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(embedded), font["/BaseFont"]


def _fonts(reader: pypdf.PdfReader) -> Iterator[Any]:
    for page in reader.pages:
        yield from _fonts_of(page.get("/Resources"))
        for annotation in page.get("/Annots") or ():
            look = annotation.get_object().get("/AP", {}).get("/N")
            assert look is not None, "an annotation without an appearance"
            yield from _fonts_of(look.get_object().get("/Resources"))


def _fonts_of(resources: Any) -> Iterator[Any]:
    found = resources.get_object() if resources is not None else {}
    for font in (found.get("/Font") or {}).values():
        yield font.get_object()
    for form in (found.get("/XObject") or {}).values():
        if form.get_object().get("/Subtype") == "/Form":
            yield from _fonts_of(form.get_object().get("/Resources"))


class NationalStandIn(BaseHTTPRequestHandler):
    """Behaves as the e-sign client service does: Basic authorization, NIK and passphrase, a signed file back."""

    folder: Path
    seen: list[Mapping[str, Any]]
    trouble: int = 0
    while_signing: Any = None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = json.loads(body) if self.path == "/api/v2/sign/pdf" else _form(self.headers, body)
        self.seen.append({"path": self.path, "authorization": self.headers.get("Authorization"), **said})
        if self.while_signing is not None:
            type(self).while_signing()
        if self.trouble:
            self._answer(self.trouble, json.dumps({"error": "Layanan sedang gangguan"}).encode())
        elif said["passphrase"] != "rahasia-sekali":
            text = f"Passphrase {said['passphrase']} untuk {said['nik']} salah"
            self._answer(400, json.dumps({"status_code": 2031, "error": text}).encode())
        elif self.path == "/api/v2/sign/pdf":
            pdf = self._signed(base64.b64decode(said["file"][0]), said["signatureProperties"][0])
            self._answer(200, json.dumps({"time": 12, "file": [base64.b64encode(pdf).decode()]}).encode())
        else:
            box = {
                "page": int(said["page"]), "originX": float(said["xAxis"]), "originY": float(said["yAxis"]),
                "width": float(said["width"]) - float(said["xAxis"]),
                "height": float(said["height"]) - float(said["yAxis"]),
            }  # fmt: skip
            self._answer(200, self._signed(said["file"], box), "application/pdf")

    def _signed(self, pdf: bytes, box: Mapping[str, Any]) -> bytes:
        left, bottom = box["originX"], box["originY"]
        place = Place(
            f"s{len(self.seen)}", box["page"] - 1, left, bottom, left + box["width"], bottom + box["height"]
        )
        stamp = rendering.to_pdf({}, "<p>BSrE</p>", "stamp").pdf
        said = Request(pdf, place, stamp, "BSrE", "Penanda", "", "", datetime.now(UTC))
        return LocalSigner(self.folder).sign(said)

    def _answer(self, status: int, content: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Silence."""


def _form(headers: Any, body: bytes) -> dict[str, Any]:
    from email.parser import BytesParser

    message = BytesParser().parsebytes(
        b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body
    )
    found: dict[str, Any] = {}
    for part in message.get_payload():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        found[name] = content if part.get_filename() else content.decode()
    return found


@contextmanager
def national_service(settings: Settings) -> Iterator[tuple[str, type[NationalStandIn]]]:
    """The address of a stand-in, and its class, whose fields say how it behaves and what it saw."""
    handler = type(
        "Handler",
        (NationalStandIn,),
        {"folder": Path(settings.var_dir, "signing"), "seen": [], "trouble": 0, "while_signing": None},
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_address[1]}", handler

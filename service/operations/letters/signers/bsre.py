"""The e-sign client service of BSrE, the national certificate authority: an agency installs it in its own network.

Two interfaces are in use: version 2 takes JSON (POST /api/v2/sign/pdf) and version 1 a form (POST /api/sign/pdf), both with
HTTP Basic. The key never leaves the service; the signer's passphrase is sent along and forgotten here.
"""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

from service.operations.letters import rendering
from service.operations.letters.signers import Request, SigningFailed

TIMEOUT_SECONDS = (5, 90)
STAMP_SCALE = 4.0
LONGEST_REASON = 300


class NationalService:
    """An adapter to one installed e-sign client service."""

    needs_secret = True

    def __init__(self, url: str, api: str, user: str, password: str) -> None:
        self.url, self.api, self.user, self.password = url.rstrip("/"), api, user, password

    def __repr__(self) -> str:
        return f"NationalService({self.url!r}, {self.api!r})"

    def sign(self, request: Request) -> bytes:
        if not self.url:
            raise SigningFailed("The address of the certificate service (bsre_url) is not set.", again=False)
        try:
            answer = self._form(request) if self.api == "v1" else self._json(request)
            content = answer.content
        except requests.RequestException as error:
            # Not the error's text: it may hold the request.
            raise SigningFailed(
                f"The certificate service does not answer ({type(error).__name__})."
            ) from None
        if answer.status_code != HTTPStatus.OK:
            raise SigningFailed(
                _reason(answer, request), again=answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
            )
        signed = content if self.api == "v1" else _file(answer)
        if not signed.startswith(b"%PDF-") or not signed.startswith(request.pdf[:8]):
            raise SigningFailed("The certificate service sent something that is no PDF.")
        return signed

    def _json(self, request: Request) -> requests.Response:
        place = request.place
        said = {
            "nik": request.identity,
            "passphrase": request.secret,
            "signatureProperties": [
                {
                    "tampilan": "VISIBLE",
                    "imageBase64": base64.b64encode(_picture(request)).decode(),
                    "page": place.page + 1,
                    "originX": round(place.left, 1),
                    "originY": round(place.bottom, 1),
                    "width": round(place.width, 1),
                    "height": round(place.height, 1),
                    "location": request.location,
                    "reason": request.reason,
                }
            ],
            "file": [base64.b64encode(request.pdf).decode()],
        }
        return self._post("/api/v2/sign/pdf", json=said)

    def _form(self, request: Request) -> requests.Response:
        place = request.place
        said = {
            "nik": request.identity,
            "passphrase": request.secret,
            "tampilan": "visible",
            "image": "true",
            "page": str(place.page + 1),
            "xAxis": str(round(place.left)),
            "yAxis": str(round(place.bottom)),
            "width": str(round(place.right)),
            "height": str(round(place.top)),
            "reason": request.reason,
            "location": request.location,
        }
        files = {
            "file": ("surat.pdf", request.pdf, "application/pdf"),
            "imageTTD": ("ttd.png", _picture(request), "image/png"),
        }
        return self._post("/api/sign/pdf", data=said, files=files)

    def _post(self, path: str, **body: Any) -> requests.Response:
        return requests.post(
            self.url + path,
            auth=HTTPBasicAuth(self.user, self.password),
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            **body,
        )


def _picture(request: Request) -> bytes:
    return rendering.pictures(request.stamp, 1, STAMP_SCALE)[0]


def _file(answer: requests.Response) -> bytes:
    try:
        return base64.b64decode(answer.json()["file"][0])
    except (ValueError, KeyError, IndexError, TypeError, binascii.Error):
        raise SigningFailed("The certificate service sent an answer that cannot be read.") from None


def _reason(answer: requests.Response, request: Request) -> str:
    """What the service says is wrong, in its own words, without what was typed in."""
    try:
        said = answer.json()
        text = said.get("error") or said.get("message") or ""
    except (ValueError, AttributeError):
        text = ""
    text = " ".join(str(text).split())[:LONGEST_REASON]
    for typed in (request.secret, request.identity):
        if typed:
            text = text.replace(typed, "***")
    return text or f"The certificate service refused ({answer.status_code})."

"""What every answer carries so that a browser helps to keep it safe, and the check of forged requests."""

from __future__ import annotations

import re

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "manifest-src 'self'; worker-src 'self'; object-src 'none'; frame-ancestors 'none'"
)
HASHED = re.compile(r"/build/(?:.*/)?[^/]+-[A-Z0-9]{8}\.[a-zA-Z0-9.]+$")
KEPT = {
    "feeds.calendar": "private, max-age=900",
    "install.worker": "no-cache",
    "install.manifest": "private, max-age=3600",
    "install.offline": "private, max-age=3600",
}
"""What may be kept by its reader, of what is no file: nothing that shows a page of a person."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SANDBOX = "sandbox; default-src 'none'"

csrf = CSRFProtect()


def protect(app: Flask, *, https: bool) -> None:
    """Add headers to every answer, and refuse unsafe requests without a token of this browser's session."""
    csrf.init_app(app)

    @app.before_request
    def refuse_nul() -> None:
        """No text of ours holds a NUL, and PostgreSQL refuses it."""
        texts = [request.path, *(text for pair in request.args.items(multi=True) for text in pair)]
        if request.mimetype in FORMS:
            texts += [text for pair in request.form.items(multi=True) for text in pair]
        if any("\0" in text for text in texts):
            abort(400)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"
        )
        if https:
            headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
        read = request.method in ("GET", "HEAD") and response.status_code in (200, 304)
        if read and request.endpoint == "common.static":
            hashed = HASHED.search(request.path)
            headers["Cache-Control"] = (
                "public, max-age=31536000, immutable" if hashed else "public, max-age=3600"
            )
        elif read and request.endpoint in KEPT:
            headers["Cache-Control"] = KEPT[request.endpoint]
        else:
            headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        return response

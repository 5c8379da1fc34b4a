"""An identity provider on loopback, with real keys: it says what tests tell it to, right or wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

from tests.serving import serving

CLIENT, SECRET = "mutasi", "rahasia-klien"


class Provider:
    """`claims` are said of whoever signs in; `spoil` changes the claims or the token before it is handed over."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "satu", "use": "sig"})
        self.issuer = ""
        self.claims: dict[str, Any] = {"sub": "kc-1", "name": "Sari Dewi", "preferred_username": "sari"}
        self.extra: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.raw_token: str | None = None
        self.discovered: dict[str, Any] = {}

    def app(self) -> Flask:
        app = Flask("provider")

        @app.get("/.well-known/openid-configuration")
        def discovery() -> Response:
            return jsonify(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "end_session_endpoint": f"{self.issuer}/leave",
                    "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                }
                | self.discovered
            )

        @app.get("/authorize")
        def authorize() -> Any:
            """Whoever comes with a browser is signed in already, and is sent back at once."""
            return redirect(f"{request.args['redirect_uri']}?{self.authorize(request.url)}")

        @app.get("/leave")
        def leave() -> Any:
            return redirect(request.args["post_logout_redirect_uri"])

        @app.get("/keys")
        def keys() -> Response:
            return jsonify(KeySet([self.key]).as_dict(private=False))

        @app.post("/token")
        def token() -> Any:
            self.asked.append(dict(request.form))
            credentials = base64.b64decode(request.headers["Authorization"].split()[1]).decode()
            known = self.codes.pop(request.form["code"], None)  # a code works once
            if known is None or unquote_plus(credentials) != f"{CLIENT}:{SECRET}":
                return jsonify(error="invalid_grant"), 400
            verifier = request.form.get("code_verifier", "")
            digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
            if digest != known["code_challenge"] or request.form["redirect_uri"] != known["redirect_uri"]:
                return jsonify(error="invalid_grant"), 400
            return jsonify(
                access_token=secrets.token_hex(8),
                token_type="Bearer",
                expires_in=60,
                id_token=self.raw_token or self._id_token(known["nonce"]),
            )

        return app

    def authorize(self, address: str) -> str:
        """What the provider does when the browser comes with this address: the query it sends it back with."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}" == self.issuer
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return urlencode({"code": code, "state": asked["state"]})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.claims,
            **self.extra,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return ".".join((_part({"alg": "none", "typ": "JWT"}), _part(claims), ""))
        return jwt.encode({"alg": self.algorithm, "kid": "satu"}, claims, self.key)


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers on a free port until the block ends."""
    provider = Provider()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    with serving(server):
        yield provider

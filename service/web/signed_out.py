"""What a page of ours answers to somebody who is signed in no more: nothing that was typed is lost."""

from __future__ import annotations

from typing import Any

from flask import Flask, jsonify, redirect, request, url_for
from flask_babel import gettext

from service.web import context, sign_in

SECRETS = ("password", "again", "present", "passphrase")


def install(app: Flask) -> None:
    """Answer so wherever somebody has to be signed in."""
    app.login_manager.unauthorized_handler(_to_sign_in)  # type: ignore[attr-defined]


def _to_sign_in() -> Any:
    """The sign-in page; a script of ours is told instead: it would take that page for what it asked for."""
    if request.headers.get("Accept") == "application/json" or "HX-Request" in request.headers:
        said = gettext("You are signed out: sign in again in another tab, then go on here.")
        return jsonify(said=said), 401
    if request.method == "GET":
        return redirect(url_for("sign_in.page", next=request.full_path.rstrip("?")), 303)
    if typed := _typed():
        return sign_in.form(status=401, wanted=context.sent_from(""), typed=typed)
    return redirect(url_for("sign_in.page"), 303)


def _typed() -> list[str]:
    """The texts of a form that nobody was signed in for. Single words are typed again in a moment."""
    sent = request.form.items(multi=True)
    return [text for name, text in sent if name not in SECRETS and len(text.split()) > 1]

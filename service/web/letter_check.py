"""The public check of a letter: whether it is genuine, and whether its code belongs to the number on a paper."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from service.domain.errors import TooManyAttempts
from service.domain.letters import LONGEST_NUMBER
from service.operations.letters import verifying
from service.web import context, wording

blueprint = Blueprint("letter_check", __name__, url_prefix="/verify")


@blueprint.get("/<code>")
def page(code: str) -> ResponseReturnValue:
    """Anybody: is this letter genuine? Nothing else is told."""
    return _page(_verdict(code))


@blueprint.post("/<code>")
def compare(code: str) -> ResponseReturnValue:
    """Anybody: does the number on the paper in my hand belong to this code?

    Posted: the number is in no address that is logged, and no QR code can lead to an answer that nobody asked for.
    """
    verdict = _verdict(code)
    number = request.form.get("number", "")[:LONGEST_NUMBER].strip()
    if verdict != verifying.GENUINE or not number:
        return _page(verdict)
    try:
        fits = _fits(code, number)
    except TooManyAttempts as error:
        waits = {"Retry-After": str(error.retry_after)}
        return _page(verdict, number=number, problem=wording.said(error)), 429, waits
    return _page(verdict, number=number, fits=fits)


def _verdict(code: str) -> str:
    with _reading() as action:
        verdict = verifying.check(action, code, _address())
    if verdict == verifying.UNKNOWN:
        with _acting() as action:
            verifying.note_unknown(action, _address())
    return verdict


def _fits(code: str, number: str) -> bool:
    with _reading() as action:
        fits = verifying.has_number(action, code, number, _address())
    if not fits:
        with _acting() as action:
            verifying.note_other_number(action, code, _address())
    return fits


def _page(verdict: str, *, number: str = "", fits: bool | None = None, problem: str = "") -> str:
    return render_template("letters/verify.html", verdict=verdict, number=number, fits=fits, problem=problem)


def _address() -> str:
    return request.remote_addr or ""


def _reading() -> Any:
    """By the real clock, as all that is slowed down."""
    return context.services().reading(now=datetime.now(UTC))


def _acting() -> Any:
    return context.services().action(now=datetime.now(UTC))

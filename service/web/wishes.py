"""My wishes: where I would like to work, and how that is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.people import Aspiration
from service.db.queries import own_cases, people
from service.domain.codes import ALASAN_ASPIRASI
from service.domain.errors import Conflict, Invalid
from service.operations import wishes
from service.operations.wishes import Wish
from service.web import context, lookup, wording
from service.web.my import employee

blueprint = Blueprint("wishes", __name__, url_prefix="/my/wishes")

SHORTEST = 2
MOST = 12


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """What I wish, what I wished, and a form for one more."""
    return _page({})


@blueprint.post("")
@login_required
def state() -> ResponseReturnValue:
    """State a wish."""
    try:
        with context.services().action(employee()) as action:
            wishes.state(action, _given())
    except Invalid as refused:
        return _page(request.form, _messages(refused)), 422
    flash(gettext("Your wish is noted. It counts from now on."), "good")
    return redirect(url_for(".page"), 303)


@blueprint.get("/<int:wish_id>")
@login_required
def edit(wish_id: int) -> ResponseReturnValue:
    """Change a wish of mine."""
    return _page({}, editing=wish_id)


@blueprint.post("/<int:wish_id>")
@login_required
def change(wish_id: int) -> ResponseReturnValue:
    """Keep the change."""
    try:
        with context.services().action(employee()) as action:
            wishes.change(action, wish_id, _given())
    except Invalid as refused:
        return _page(request.form, _messages(refused), editing=wish_id), 422
    except Conflict as refused:
        flash(wording.said(refused), "warn")
        return redirect(url_for(".page"), 303)
    flash(gettext("Your wish was changed."), "good")
    return redirect(url_for(".page"), 303)


@blueprint.post("/<int:wish_id>/withdraw")
@login_required
def withdraw(wish_id: int) -> ResponseReturnValue:
    """It no longer counts."""
    try:
        with context.services().action(employee()) as action:
            wishes.withdraw(action, wish_id)
    except Conflict as refused:
        flash(wording.said(refused), "warn")
    else:
        flash(gettext("Your wish was withdrawn. It no longer counts."), "good")
    return redirect(url_for(".page"), 303)


@blueprint.get("/units")
@login_required
def units() -> ResponseReturnValue:
    """Units by a few letters: their names only."""
    employee()
    with context.reading() as action:
        return jsonify(items=lookup.found(action, "units", request.args.get("q", "")))


@blueprint.get("/positions")
@login_required
def positions() -> ResponseReturnValue:
    """Positions by a few letters: their names only, not who holds them or how many are missing."""
    employee()
    text = request.args.get("q", "").strip()[:100]
    with context.reading() as action:
        found = people.positions(action.session, text, limit=MOST) if len(text) >= SHORTEST else []
    return jsonify(items=[{"value": row.id, "label": row.nama, "detail": row.unit} for row in found])


def _page(
    given: Mapping[str, Any], errors: Mapping[str, str] | None = None, editing: int | None = None
) -> str:
    own = employee()
    with context.services().reading(own) as action:
        found = own_cases.wishes(action.session, own.nip or "")
        present = [wish for wish in found if wish.ditarik is None]
        changing = next((wish for wish in present if wish.id == editing), None)
        names = {str(wish.id): wish.tujuan for wish in found}
        history = [
            (names.get(row.key, ""), row.at, said)
            for row in people.changes(action.session, own.nip or "")
            if row.kind == Aspiration.__tablename__ and (said := _changed(row.changes))
        ]
        taken = {wish.prioritas for wish in present if wish is not changing}
        free = next((priority for priority in wishes.PRIORITIES if priority not in taken), None)
        return render_template(
            "my/wishes.html",
            present=present,
            withdrawn=[wish for wish in found if wish.ditarik is not None],
            history=history,
            reasons=REASONS,
            all_reasons={code: REASONS[code]() for code in ALASAN_ASPIRASI},
            changing=changing,
            given=_shown(given, changing, free),
            errors=errors or {},
            room=free is not None or changing is not None,
        )


def _changed(changes: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What was changed of a wish: (what, before, after), in words. A withdrawal is told with the wish itself."""
    said = []
    for field, (before, after) in changes.items():
        if field in CHANGED:
            label, in_words = CHANGED[field]
            said.append((label(), in_words(before), in_words(after)))
    return said


def _shown(given: Mapping[str, Any], changing: Aspiration | None, free: int | None) -> dict[str, Any]:
    if given:
        return dict(given)
    if changing is None:
        return {"priority": str(free or 1)}
    return {
        "unit": "" if changing.jabatan_id else changing.unor_id or "",
        "unit_text": "" if changing.jabatan_id else changing.tujuan,
        "position": changing.jabatan_id or "",
        "position_text": changing.tujuan if changing.jabatan_id else "",
        "priority": str(changing.prioritas),
        "reason": changing.alasan,
        "anywhere": "1" if changing.bersedia_luar else "",
    }


def _given() -> Wish:
    form = request.form
    position = form.get("position", "")[:64] or None
    return Wish(
        unit=None if position else form.get("unit", "")[:64] or None,
        position=position,
        priority=form.get("priority", type=int) or 0,
        reason=form.get("reason", ""),
        anywhere=bool(form.get("anywhere")),
    )


def _messages(refused: Invalid) -> dict[str, str]:
    return {"": wording.said(refused)} | {key: wording.said(text) for key, text in refused.fields.items()}


REASONS = {
    "keluarga": lambda: gettext("Family"),
    "kesehatan": lambda: gettext("Health"),
    "karier": lambda: gettext("Career"),
    "kompetensi": lambda: gettext("Competence"),
    "lain": lambda: gettext("Other"),
}


def _reason(code: Any) -> str:
    return REASONS[code]() if code in REASONS else str(code)


def _where(anywhere: Any) -> str:
    return gettext("also away from home") if anywhere else gettext("near home only")


CHANGED: Mapping[str, tuple[Callable[[], str], Callable[[Any], str]]] = {
    "tujuan": (lambda: gettext("Where"), str),
    "prioritas": (lambda: gettext("Priority"), str),
    "alasan": (lambda: gettext("Reason"), _reason),
    "bersedia_luar": (lambda: gettext("Place of work"), _where),
}
"""Columns of a wish that people change, and how their values are said."""

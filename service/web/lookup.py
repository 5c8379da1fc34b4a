"""Look-ups for those who start or plan: employees, positions and units by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.db.queries import people
from service.domain.errors import NotAllowed
from service.web import context

blueprint = Blueprint("lookup", __name__, url_prefix="/lookup")

SHORTEST = 2
MOST = 12


@blueprint.get("/employees")
@login_required
def employees() -> ResponseReturnValue:
    """Employees by name or NIP; a person bound to units finds those of the units only."""
    actor = context.actor()
    units = None if actor.sees == "all" else sorted(actor.units)
    return _answer(
        lambda session, text: (
            {"value": row.nip, "label": row.nama, "detail": f"{row.nip} · {row.jabatan} · {row.unit}"}
            for row in people.search_employees(session, text, units=units, limit=MOST)
        )
    )


@blueprint.get("/positions")
@login_required
def positions() -> ResponseReturnValue:
    """Positions by name or unit, with how many are approved and filled."""
    return _answer(
        lambda session, text: (
            {"value": row.id, "label": row.nama, "detail": f"{row.unit} · {row.bezetting}/{row.formasi}"}
            for row in people.positions(session, text, limit=MOST)
        )
    )


@blueprint.get("/units")
@login_required
def units() -> ResponseReturnValue:
    """Units by name."""
    return _answer(
        lambda session, text: (
            {"value": row.id, "label": row.nama, "detail": row.induk or ""}
            for row in people.units(session, text, limit=MOST)
        )
    )


def _answer(search: Callable[[Any, str], Iterable[dict[str, str]]]) -> ResponseReturnValue:
    if not context.actor().may("case.start"):
        raise NotAllowed("Your roles do not allow you to look people up.")
    text = request.args.get("q", "").strip()[:100]
    if len(text) < SHORTEST:
        return jsonify(items=[])
    with context.reading() as action:
        return jsonify(items=list(search(action.session, text)))

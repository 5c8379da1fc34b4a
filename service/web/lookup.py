"""Look-ups for those who start or plan: employees, positions and units by a few letters."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.db.queries import people
from service.domain.errors import NotAllowed
from service.operations.action import Action
from service.web import context

blueprint = Blueprint("lookup", __name__, url_prefix="/lookup")

SHORTEST = 2
LONGEST = 100
MOST = 12


@blueprint.get("/employees")
@login_required
def employees() -> ResponseReturnValue:
    """Employees by name or NIP; a person bound to units finds those of the units only."""
    return _answer("employees")


@blueprint.get("/positions")
@login_required
def positions() -> ResponseReturnValue:
    """Positions by name or unit, with how many are approved and filled."""
    return _answer("positions")


@blueprint.get("/units")
@login_required
def units() -> ResponseReturnValue:
    """Units by name."""
    return _answer("units")


def found(action: Action, kind: str, text: str) -> list[dict[str, str]]:
    """What is found by a few letters: `[{value, label, detail}]`, at most MOST. Too short a text finds nothing."""
    text = text.strip()[:LONGEST]
    if len(text) < SHORTEST:
        return []
    if kind == "employees":
        units = None if action.actor.sees == "all" else sorted(action.actor.units)
        return [
            {"value": row.nip, "label": row.nama, "detail": f"{row.nip} · {row.jabatan} · {row.unit}"}
            for row in people.search_employees(action.session, text, units=units, limit=MOST)
        ]
    if kind == "positions":
        return [
            {"value": row.id, "label": row.nama, "detail": f"{row.unit} · {row.bezetting}/{row.formasi}"}
            for row in people.positions(action.session, text, limit=MOST)
        ]
    return [
        {"value": row.id, "label": row.nama, "detail": row.induk or ""}
        for row in people.units(action.session, text, limit=MOST)
    ]


def _answer(kind: str) -> ResponseReturnValue:
    if not context.actor().may("case.start"):
        raise NotAllowed("Your roles do not allow you to look people up.")
    with context.reading() as action:
        return jsonify(items=found(action, kind, request.args.get("q", "")))

"""The need for people, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.cases import Case
from service.db.people import Unit
from service.db.queries import needs
from service.db.queries.needs import PostNeed
from service.operations.action import Action
from service.operations.effects import models

SHOWN = 20
AT_LEAST = 8


def hitung_kebutuhan(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """Posts by people missing (kebutuhan = beban / WKE), then by complaints about their unit in six months.

    Every post that lacks somebody, up to 20; at least the eight worst, since the worst may have no candidate. With a
    target unit, posts of it and of the units below it; the post asked for is always among them.
    """
    session, day = action.session, action.calendar.local_date(action.now)
    parameters = models.load_parameters(action, case, day)
    wanted, unit = data.get("jabatan_tujuan"), data.get("unit_tujuan")
    posts = needs.posts(
        session, day, parameters.wke, units=_with_units_below(session, unit) if unit else None
    )
    if unit and not any(post.shortage >= 1 for post in posts):
        posts = needs.posts(session, day, parameters.wke)
    counts = needs.complaints(session, day)

    def urgency(post: PostNeed) -> tuple[float, int, str]:
        return -post.shortage, -(needs.complaints_of(counts, post.unit) or 0), post.id

    short = sum(1 for post in posts if post.shortage >= 1)
    listed = sorted(posts, key=urgency)[: min(SHOWN, max(short, AT_LEAST))]
    if wanted and all(post.id != wanted for post in listed):
        listed = [*needs.posts(session, day, parameters.wke, ids=[wanted]), *listed][:SHOWN]
    return {
        "kebutuhan": [_need(post, counts) for post in listed],
        "pilihan_kebutuhan": [_choice(post) for post in listed],
    }


def _need(post: PostNeed, counts: Mapping[str, int] | None) -> dict[str, Any]:
    return {
        "jabatan_id": post.id,
        "jabatan": post.name,
        "unit": post.unit,
        "unit_nama": post.unit_name,
        "formasi": post.approved,
        "bezetting": post.staff,
        "kebutuhan": None if post.need is None else round(post.need, 2),
        "gap": round(-post.shortage, 2),
        "rasio": None if post.ratio is None else round(post.ratio, 3),
        "pengaduan_6_bulan": needs.complaints_of(counts, post.unit),
    }


def _choice(post: PostNeed) -> dict[str, str]:
    lacking = f"{post.shortage:.1f}"
    said = (
        (f"kurang {lacking.replace('.', ',')}", f"{lacking} short")
        if post.shortage > 0
        else ("cukup", "enough")
    )
    label, label_en = (f"{post.name}, {post.unit_name} ({words})" for words in said)
    return {"label": label, "label_en": label_en, "value": post.id}


def _with_units_below(session: Session, unit: str) -> set[str]:
    children: dict[str | None, list[str]] = {}
    for id_, parent in session.execute(select(Unit.id, Unit.induk_id)):
        children.setdefault(parent, []).append(id_)
    found, waiting = set(), [unit]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += children.get(current, ())
    return found

"""Gita of the sample city: her wishes, her request to be moved and its decree, and what she says is wrong in her data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from service.db.accounts import Account
from service.db.cases import Case, Task
from service.db.people import Employee, Performance, Position
from service.operations import accounts, corrections, own_requests, tasks, wishes
from service.operations.action import Action
from service.operations.demo.answers import ANSWERS
from service.operations.demo.cases import People
from service.operations.wishes import Wish

WHO = "gita.pegawai"
ANALYST = "ani.analis"
BEGAN_DAYS = 39
DELIVERED_DAYS = 3
MOST_STEPS = 40
YES: Mapping[str, Any] = {
    "putusan_tpk": "setuju",
    "putusan_pyb": "setuju",
    "putusan_ppk": "setuju",
    "pendapat_pihak": "setuju",
}


def state(action: Action) -> None:
    """Her wishes and her requests for correction, made in the past through what people use."""
    gita = _as(action, WHO)
    nip = gita.actor.nip
    if nip is None:
        return
    post = _goal(action, nip)
    if post is not None:
        wishes.state(_ago(gita, 120), Wish(None, post.id, 1, "karier", anywhere=False))
    _ask_for_corrections(action, gita, nip)


def move(action: Action) -> None:
    """Her request, carried on by everybody until the decree has been delivered and she may object."""
    gita = _as(action, WHO)
    if gita.actor.nip is None:
        return
    case = own_requests.start(_ago(gita, BEGAN_DAYS))
    people, random = People(action), Random("gita")  # noqa: S311 - invented data, the same each time
    for step in range(MOST_STEPS):
        task = _next(action, case)
        if task is None or task.form == "tanggapan_sk":
            return
        then = _ago(action, max(DELIVERED_DAYS, BEGAN_DAYS - 2 * step), hour=9 + step % 6)
        data = tasks.data(action, task.id)
        answer = ANSWERS.get(task.form or "")
        given = answer(random, data, then.calendar.local_date(then.now)) if answer else {}
        given |= {key: value for key, value in YES.items() if key in given}
        if "jabatan_tujuan" in given:
            given["jabatan_tujuan"] = _like_hers(action, gita.actor.nip, data, given["jabatan_tujuan"])
        tasks.complete(replace(then, actor=people.at(task)), task.id, given)
        action.session.flush()
        action.session.refresh(case)


def _next(action: Action, case: Case) -> Task | None:
    waiting = action.session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.state == "open")
        .order_by(Task.opened_at, Task.engine_key)
    ).all()
    return waiting[0] if waiting and case.status == "running" else None


def _ask_for_corrections(action: Action, gita: Action, nip: str) -> None:
    """One answered last month, one that waits."""
    asked = corrections.ask(
        _ago(gita, 30), "employee", nip, "domisili", "Saya pindah rumah bulan lalu, ke Jalan Melati 12."
    )
    corrections.accept(
        _ago(_as(action, ANALYST), 29), asked.id, "Jalan Melati 12", "Sudah kami perbaiki. Terima kasih."
    )
    year = action.session.scalar(
        select(Performance.tahun).where(Performance.nip == nip).order_by(Performance.tahun.desc()).limit(1)
    )
    if year is not None:
        corrections.ask(
            _ago(gita, 1),
            "performance",
            f"{nip}|{year}",
            "predikat",
            f"Predikat saya tahun {year} adalah Sangat Baik; lihat SKP yang sudah ditandatangani atasan.",
        )


def _like_hers(action: Action, nip: str, data: Mapping[str, Any], otherwise: Any) -> Any:
    """Of the positions that need people, one of the same kind as hers."""
    own = action.session.get_one(Position, action.session.get_one(Employee, nip).jabatan_id)
    offered = [choice["value"] for choice in data.get("pilihan_kebutuhan") or []]
    like = select(Position.id).where(Position.id.in_(offered), Position.jenis == own.jenis)
    return action.session.scalar(like.order_by(Position.nama != own.nama, Position.id).limit(1)) or otherwise


def _goal(action: Action, nip: str) -> Position | None:
    """A position like hers in another unit."""
    own = action.session.get_one(Employee, nip)
    post = action.session.get_one(Position, own.jabatan_id)
    like = select(Position).where(Position.nama == post.nama, Position.unor_id != post.unor_id)
    return action.session.scalar(like.order_by(Position.id).limit(1))


def _as(action: Action, username: str) -> Action:
    account = action.session.scalar(select(Account).where(Account.username == username))
    assert account is not None
    return replace(action, actor=accounts.actor_of(action, account))


def _ago(action: Action, days: int, hour: int = 9) -> Action:
    """The same, so many days ago at this hour of the city's day."""
    zone = ZoneInfo(action.calendar.timezone)
    day = action.now.astimezone(zone).date() - timedelta(days=days)
    return replace(action, now=datetime.combine(day, time(hour), zone).astimezone(UTC))

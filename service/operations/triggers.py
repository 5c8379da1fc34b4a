"""Cases that the data start by themselves: a surge of complaints, falling performance, a vacancy.

Each sign is announced once per unit (or post) and period, and only so many a month: thresholds are in
workflows/parameter_mutasi.dmn. What a running case is already about is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from service.db.cases import DueWork
from service.db.queries import signs
from service.operations import messages
from service.operations.action import Action
from service.operations.effects import models

SURGE, DECLINE, VACANCY = "lonjakan_pengaduan", "evaluasi_kinerja", "lowongan"


@dataclass(frozen=True, slots=True)
class Sign:
    """Something worth a case: the signal to send, what it is about and when, and the case's first data."""

    signal: str
    about: str
    period: str
    data: Mapping[str, Any]

    @property
    def key(self) -> str:
        return f"trigger:{self.signal}:{self.period}:{self.about}"


def scan(action: Action) -> int:
    """Look for signs and send their signals; answers how many. Done again it announces none."""
    day = action.calendar.local_date(action.now)
    limits = models.decide(action, None, "parameter_mutasi", {"tanggal": day.isoformat()})["pemicu"]
    announced = 0
    for found in (
        _surges(action, day, limits),
        _declines(action, day, limits),
        _vacancies(action, day, limits),
    ):
        for sign in found:
            if _announced_this_month(action, sign.signal, day) >= limits["pemicu_sebulan"]:
                break
            if action.session.get(DueWork, sign.key) is not None:
                continue
            _remember(action, sign)
            messages.signal(action, sign.signal, sign.data)
            announced += 1
    return announced


def _surges(action: Action, day: date, limits: Mapping[str, Any]) -> Iterator[Sign]:
    found = signs.surges(
        action.session,
        day,
        months=int(limits["bulan_pembanding"]),
        times=float(limits["lonjakan_kali"]),
        least=float(limits["lonjakan_minimum"]),
    )
    in_hand = signs.units_in_hand(action.session)
    for surge in found:
        if surge.unit not in in_hand:
            month = f"{surge.month:%Y-%m}"
            told = f"{surge.name}: {surge.count} pengaduan pada {month}, biasanya {surge.usual:.1f} sebulan."
            told_en = f"{surge.name}: {surge.count} complaints in {month}, usually {surge.usual:.1f} a month."
            yield Sign(SURGE, surge.unit, month, _data(SURGE, told, told_en, surge.unit))


def _declines(action: Action, day: date, limits: Mapping[str, Any]) -> Iterator[Sign]:
    found = signs.declines(
        action.session,
        day,
        share=float(limits["kinerja_porsi"]),
        employees=int(limits["kinerja_pegawai_minimum"]),
    )
    in_hand = signs.units_in_hand(action.session)
    for decline in found:
        if decline.unit not in in_hand:
            told = (
                f"{decline.name}: {decline.share:.0%} pegawai berpredikat di bawah baik pada {decline.year}, "
                f"tahun sebelumnya {decline.before:.0%}."
            )
            told_en = (
                f"{decline.name}: {decline.share:.0%} of the employees rated below good in {decline.year}, "
                f"{decline.before:.0%} the year before."
            )
            yield Sign(DECLINE, decline.unit, str(decline.year), _data(DECLINE, told, told_en, decline.unit))


def _vacancies(action: Action, day: date, limits: Mapping[str, Any]) -> Iterator[Sign]:
    in_hand = signs.positions_in_hand(action.session)
    for vacancy in signs.vacancies(action.session, least=int(limits["lowongan_minimum"])):
        if vacancy.position not in in_hand:
            told = f"{vacancy.name}, {vacancy.unit_name}: belum ada pejabat atau pegawai."
            told_en = f"{vacancy.name}, {vacancy.unit_name}: nobody holds it yet."
            data = _data(VACANCY, told, told_en, vacancy.unit) | {"jabatan_tujuan": vacancy.position}
            yield Sign(VACANCY, vacancy.position, str(day.year), data)


def _data(kind: str, told: str, told_en: str, unit: str) -> dict[str, Any]:
    return {"pemicu": {"jenis": kind, "keterangan": told, "keterangan_en": told_en}, "unit_tujuan": unit}


def _announced_this_month(action: Action, signal: str, day: date) -> int:
    first = action.calendar.start_of_day(day.replace(day=1), 0)
    statement = select(func.count()).where(
        DueWork.key.startswith(f"trigger:{signal}:", autoescape=True), DueWork.due_at >= first
    )
    return action.session.scalar(statement) or 0


def _remember(action: Action, sign: Sign) -> None:
    """A row of done work: its key makes the sign unique, also between processes that scan at once."""
    action.session.add(
        DueWork(
            key=sign.key,
            kind="scan",
            due_at=action.now,
            state="done",
            payload={"signal": sign.signal, **dict(sign.data)},
        )
    )
    action.session.flush()

"""Figures of both units before and after, and the end of the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from statistics import fmean
from typing import Any

from sqlalchemy import select

from service.db.bulk import upsert_many
from service.db.cases import Case
from service.db.figures import ReviewMeasure
from service.db.people import Performance
from service.db.queries import needs
from service.domain import reviews, workload
from service.operations.action import Action
from service.operations.effects import models

FINISHED = "selesai"


def figures(action: Action, case: Case, data: Mapping[str, Any], day: date) -> dict[str, Any]:
    """What the reviews compare: both units' load and complaints, the rating, the balance, the other units.

    A figure without data is None. `pembanding` is the mean of complaints of units that took no part:
    before and after alone prove nothing.
    """
    origin = (data.get("asal") or {}).get("unit") or case.origin_unit
    target = (data.get("tujuan") or {}).get("unit") or case.target_unit
    parameters = models.load_parameters(action, case, day)
    ratios = needs.unit_ratios(action.session, day, parameters.wke)
    counts = needs.complaints(action.session, day)
    others = [count for unit, count in (counts or {}).items() if unit not in (origin, target)]
    balance = workload.balance(list(ratios.values()), parameters.least, parameters.most)
    return {
        "tanggal": day.isoformat(),
        "asal": _unit_figures(origin, ratios, counts),
        "tujuan": _unit_figures(target, ratios, counts),
        "predikat": _rating(action, (data.get("calon") or {}).get("nip") or case.subject_nip, day),
        "cv_rasio": _rounded(balance.cv),
        "gini_rasio": _rounded(balance.gini),
        "unit_di_luar_batas": balance.outside,
        "pembanding": {"pengaduan_6_bulan": round(fmean(others), 1) if others else None},
    }


def keep(action: Action, case: Case, month: int, found: Mapping[str, Any]) -> None:
    """Write down what was measured: month 0 is the baseline, then 3, 6 and 12. Done again, the latest counts."""
    flat = _flat(found)
    row = {
        "case_id": case.id,
        "bulan": month,
        "taken_on": date.fromisoformat(found["tanggal"]),
        "rasio_asal": flat["rasio_asal"],
        "rasio_tujuan": flat["rasio_tujuan"],
        "pengaduan_asal": flat["pengaduan_asal"],
        "pengaduan_tujuan": flat["pengaduan_tujuan"],
        "predikat": flat["predikat"],
        "cv_rasio": flat["cv_rasio"],
        "gini_rasio": found["gini_rasio"],
        "unit_di_luar_batas": found["unit_di_luar_batas"],
        "pengaduan_lain": found["pembanding"]["pengaduan_6_bulan"],
    }
    upsert_many(action.session, ReviewMeasure, [row], ["case_id", "bulan"])


def hitung_evaluasi(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of this review beside the baseline that was frozen when the decree was signed."""
    now = figures(action, case, data, action.calendar.local_date(action.now))
    before = data.get("baseline") if isinstance(data.get("baseline"), Mapping) else {}
    comparisons = reviews.compare(_flat(before or {}), _flat(now))
    current = _flat(now)
    if data.get("bulan") in reviews.INTERVALS:
        keep(action, case, data["bulan"], now)
    return {
        "ukuran": {
            "bulan": data.get("bulan"),
            "tanggal": now["tanggal"],
            "rasio_asal": current["rasio_asal"],
            "rasio_tujuan": current["rasio_tujuan"],
            "pengaduan_asal": current["pengaduan_asal"],
            "pengaduan_tujuan": current["pengaduan_tujuan"],
            "predikat": current["predikat"],
            "dibanding": [comparison.as_data() for comparison in comparisons],
            "pembanding": {
                "sebelum": ((before or {}).get("pembanding") or {}).get("pengaduan_6_bulan"),
                "sesudah": now["pembanding"]["pengaduan_6_bulan"],
            },
            "capaian_persen": reviews.reached_percent(comparisons),
        }
    }


def tutup_kasus(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """The case's outcome, for lists and figures."""
    case.outcome = str(data.get("hasil_akhir") or FINISHED)[:64]
    return {"ditutup_pada": action.calendar.local_date(action.now).isoformat()}


def _unit_figures(
    unit: str | None, ratios: Mapping[str, float], counts: Mapping[str, int] | None
) -> dict[str, Any]:
    return {
        "unit": unit,
        "rasio": _rounded(ratios.get(unit)) if unit else None,
        "pengaduan_6_bulan": needs.complaints_of(counts, unit),
    }


def _flat(found: Mapping[str, Any]) -> dict[str, float | None]:
    origin, target = found.get("asal") or {}, found.get("tujuan") or {}
    return {
        "rasio_asal": origin.get("rasio"),
        "rasio_tujuan": target.get("rasio"),
        "pengaduan_asal": origin.get("pengaduan_6_bulan"),
        "pengaduan_tujuan": target.get("pengaduan_6_bulan"),
        "predikat": found.get("predikat"),
        "cv_rasio": found.get("cv_rasio"),
    }


def _rating(action: Action, nip: str | None, day: date) -> int | None:
    """The latest yearly rating, 1 best to 5."""
    statement = (
        select(Performance.predikat)
        .where(Performance.nip == nip, Performance.tahun <= day.year)
        .order_by(Performance.tahun.desc())
        .limit(1)
    )
    return action.session.scalar(statement)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)

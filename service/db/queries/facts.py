"""The facts that the rules R01 to R22 ask about employees and a post on a day.

Names are those of the inputs of workflows/aturan_mutasi.dmn. What is not in the data is None: the rules say
so and never guess. The number of statements does not depend on the number of employees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.db.accounts import Account, Grant
from service.db.people import (
    Discipline,
    Employee,
    EmployeeDocument,
    Performance,
    Position,
    PositionHistory,
    Unit,
)
from service.db.queries.candidates import TargetPost
from service.db.queries.needs import PostNeed
from service.domain.placement import level_of
from service.domain.reviews import months_between

STRUCTURAL = ("JPT", "Administrator", "Pengawas")
DECIDING_ROLES = ("tpk", "pyb", "ppk")
LEADS_TO = {
    "JPT": frozenset({"JPT", "Administrator", "JF"}),
    "Administrator": frozenset({"JPT", "Administrator", "Pengawas", "JF"}),
    "Pengawas": frozenset({"JPT", "Administrator", "Pengawas", "JF", "Pelaksana"}),
}
UNSETTLED = ("proses", "banding")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the case and the region add to the facts. None means that there are no data."""

    kind: str = "M1"
    stage: str = "rencana"
    election_declared: date | None = None
    term_ends: date | None = None
    head_inaugurated: date | None = None
    head_acting: bool | None = None
    standing_permit: bool = False
    ministry_permit: bool = False
    team_advice: bool = False
    imut_number: str | None = None
    days_since_decree: int | None = None
    days_of_consideration: int | None = None
    documents: frozenset[str] = frozenset()
    required_documents: Mapping[bool, tuple[str, ...]] = field(default_factory=dict)


def gather(
    session: Session,
    goal: TargetPost,
    nips: Collection[str],
    day: date,
    *,
    needs: Mapping[str, PostNeed],
    matches: Mapping[str, tuple[float | None, int | None]],
    circumstances: Circumstances,
) -> dict[str, dict[str, Any]]:
    """The facts of each employee for a move to the post.

    `needs` holds the post and the present posts of the employees; `matches` a NIP's JPM and the number of
    competencies below standard.
    """
    rows = session.execute(
        select(Employee, Position, Unit)
        .join(Position, Position.id == Employee.jabatan_id)
        .join(Unit, Unit.id == Employee.unor_id)
        .where(Employee.nip.in_(nips))
    ).all()
    ratings = _ratings(session, nips, day)
    sanctions = _sanctions(session, nips, day)
    documents = _documents(session, nips, day)
    histories = _histories(session, nips)
    conflicts = _conflicts(session, nips)
    shared = _shared(goal, day, needs.get(goal.position.id), circumstances)
    facts = {}
    for employee, position, unit in rows:
        nip = employee.nip
        between = unit.instansi_id != goal.unit.instansi_id
        papers = documents.get(nip, {})
        jpm, below = matches.get(nip, (None, None))
        facts[nip] = {
            **shared,
            **_status(employee, day),
            **_post_change(employee, position, goal, histories.get(nip, ()), day),
            **ratings.get(nip, {"jumlah_predikat": 0, "predikat_terburuk": None}),
            **sanctions.get(nip, {"perkara_terbuka": False, "hukdis_aktif": False}),
            **_origin(needs.get(position.id)),
            "antar_instansi": between,
            "jpm": jpm,
            "kompetensi_kurang": below,
            "konflik": conflicts.get(nip) if conflicts is not None else None,
            "dasar_demosi": _ground_of_demotion(circumstances.kind, sanctions.get(nip)),
            "bebas_temuan_bulan": _age(papers.get("bebas_temuan"), day),
            "uji_kompetensi": "uji_kompetensi" in papers,
            "rekomendasi_bkn": "rekomendasi_bkn" in papers,
            "dokumen_kurang": _missing(papers, between, circumstances),
        }
    return facts


def _shared(goal: TargetPost, day: date, need: PostNeed | None, around: Circumstances) -> dict[str, Any]:
    position = goal.position
    return {
        "tanggal": day.isoformat(),
        "tahap": around.stage,
        "jenis_mutasi": around.kind,
        "jenis_jabatan_tujuan": position.jenis,
        "eselon_tujuan": position.eselon,
        "jenjang_jf_tujuan": position.jenjang_jf,
        "tingkat_tujuan": goal.post.level,
        "kekurangan_tujuan": round(need.shortage, 2) if need else None,
        "pilkada_penetapan": _iso(around.election_declared),
        "pilkada_akhir": _iso(around.term_ends),
        "pelantikan_kepala": _iso(around.head_inaugurated),
        "kepala_pejabat": around.head_acting,
        "surat_tetap_mendagri": around.standing_permit,
        "izin_mendagri": around.ministry_permit,
        "pertimbangan_tpk": around.team_advice,
        "nomor_imut": around.imut_number,
        "hari_sejak_sk": around.days_since_decree,
        "hari_pertek": around.days_of_consideration,
    }


def _status(employee: Employee, day: date) -> dict[str, Any]:
    served = months_between(employee.tmt_pns, day) // 12 if employee.tmt_pns else None
    return {
        "jenis_asn": employee.jenis_asn,
        "kedudukan_hukum": employee.kedudukan_hukum,
        "masa_jabatan_bulan": max(0, months_between(employee.tmt_jabatan, day)),
        "masa_pns_tahun": served,
        "ikatan_10_tahun": employee.ikatan_10_tahun,
        "golongan": int(employee.golongan) if employee.golongan else None,
        "pendidikan": int(employee.pendidikan) if employee.pendidikan else None,
        "usia_bulan": months_between(employee.tgl_lahir, day),
    }


def _post_change(
    employee: Employee, position: Position, goal: TargetPost, history: Sequence[PositionHistory], day: date
) -> dict[str, Any]:
    wanted = goal.position
    equal = position.jenis in STRUCTURAL and wanted.jenis in STRUCTURAL and position.eselon <= wanted.eselon
    led = (wanted, position)
    watched = any(post.jenis in STRUCTURAL or (post.jenis == "JF" and post.memimpin_satker) for post in led)
    return {
        "tingkat_kini": level_of(position.jenis, position.jenjang_jf),
        "sudah_setingkat": equal,
        "jabatan_diawasi": watched,
        "pengalaman_tahun": _experience(employee, position, wanted.jenis, history, day),
    }


def _experience(
    employee: Employee, position: Position, kind: str, history: Sequence[PositionHistory], day: date
) -> float | None:
    """Years in posts that lead to `kind`. Without any history only the present post is known."""
    leading = LEADS_TO.get(kind)
    if leading is None:
        return None
    months = sum(
        max(0, months_between(entry.tmt, entry.berakhir or day))
        for entry in history
        if entry.jenis_jabatan in leading
    )
    if not any(entry.berakhir is None for entry in history) and position.jenis in leading:
        months += max(0, months_between(employee.tmt_jabatan, day))
    return round(months / 12, 1) if history or months else None


def _origin(need: PostNeed | None) -> dict[str, Any]:
    if need is None:
        return {"pemenuhan_asal": None}
    wanted = need.need if need.need is not None else float(need.approved)
    return {"pemenuhan_asal": round((need.staff - 1) / wanted, 2) if wanted > 0 else None}


def _ratings(session: Session, nips: Collection[str], day: date) -> dict[str, dict[str, Any]]:
    rows = session.execute(
        select(Performance.nip, Performance.predikat).where(
            Performance.nip.in_(nips), Performance.tahun.between(day.year - 2, day.year - 1)
        )
    )
    found: dict[str, list[int]] = {}
    for nip, rating in rows:
        found.setdefault(nip, []).append(rating)
    return {
        nip: {"jumlah_predikat": len(given), "predikat_terburuk": max(given)} for nip, given in found.items()
    }


def _sanctions(session: Session, nips: Collection[str], day: date) -> dict[str, dict[str, Any]]:
    rows = session.scalars(select(Discipline).where(Discipline.nip.in_(nips)))
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        facts = found.setdefault(row.nip, {"perkara_terbuka": False, "hukdis_aktif": False})
        running = row.mulai <= day and (row.akhir is None or row.akhir >= day)
        facts["perkara_terbuka"] |= row.status_kasus in UNSETTLED
        facts["hukdis_aktif"] |= row.status_kasus == "berlaku" and running
        if row.tingkat == "B" and running and row.status_kasus == "berlaku":
            facts["hukdis_berat"] = True
    return found


def _documents(session: Session, nips: Collection[str], day: date) -> dict[str, dict[str, date]]:
    """Per NIP: kind of document -> its latest date; refused and expired ones left out."""
    rows = session.execute(
        select(EmployeeDocument.nip, EmployeeDocument.jenis, EmployeeDocument.tgl)
        .where(
            EmployeeDocument.nip.in_(nips),
            EmployeeDocument.status != "ditolak",
            or_(EmployeeDocument.berlaku_sampai.is_(None), EmployeeDocument.berlaku_sampai >= day),
        )
        .order_by(EmployeeDocument.tgl)
    )
    found: dict[str, dict[str, date]] = {}
    for nip, kind, dated in rows:
        found.setdefault(nip, {})[kind] = dated
    return found


def _histories(session: Session, nips: Collection[str]) -> dict[str, list[PositionHistory]]:
    rows = session.scalars(select(PositionHistory).where(PositionHistory.nip.in_(nips)))
    found: dict[str, list[PositionHistory]] = {}
    for row in rows:
        found.setdefault(row.nip, []).append(row)
    return found


def _conflicts(session: Session, nips: Collection[str]) -> dict[str, bool] | None:
    """Whether an employee decides on cases, or is married to one who does. None when nobody is known to."""
    deciders = set(
        session.scalars(
            select(Account.nip)
            .join(Grant, Grant.account_id == Account.id)
            .where(Account.active.is_(True), Account.nip.is_not(None), Grant.role.in_(DECIDING_ROLES))
        )
    )
    if not deciders:
        return None
    spouses = set(session.scalars(select(Employee.pasangan_nip).where(Employee.nip.in_(deciders)))) - {None}
    own = session.execute(select(Employee.nip, Employee.pasangan_nip).where(Employee.nip.in_(nips)))
    return {nip: nip in deciders or nip in spouses or spouse in deciders for nip, spouse in own}


def _ground_of_demotion(kind: str, sanctions: Mapping[str, Any] | None) -> str | None:
    if sanctions and sanctions.get("hukdis_berat"):
        return "hukdis_berat"
    return "permintaan_sendiri" if kind == "M7" else None


def _missing(papers: Iterable[str], between: bool, around: Circumstances) -> int | None:
    """How many required documents neither the employee's file nor the case holds."""
    required = around.required_documents.get(between)
    return None if required is None else len(set(required) - set(papers) - around.documents)


def _age(dated: date | None, day: date) -> int | None:
    return months_between(dated, day) if dated else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None

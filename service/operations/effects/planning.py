"""Talent profiles, the ranking on the eight aspects, and the candidate that was chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from service.db.cases import Case
from service.db.people import Employee, Position, Unit
from service.db.queries import candidates, needs
from service.db.queries.candidates import Profile, TargetPost
from service.domain import placement, workload
from service.domain.codes import golongan_label, kompetensi_name
from service.domain.placement import Ranked
from service.domain.rules import FAILED, NOT_APPLICABLE, PASSED, RuleResult
from service.operations.action import Action
from service.operations.effects import checking, models

PROFILES_SHOWN = 20
ASKED = 5
CHECKED = 15
RANKED_SHOWN = 10
NOBODY: Mapping[str, Any] = {"id": None, "nama": None, "unit": None, "unit_nama": None, "kelas": None} | {
    "jenis": None,
    "eselon": None,
}


def petakan_kompetensi(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """The talent profiles of those who fit the post best, and whom to ask for aspirations."""
    goal = candidates.target(action.session, data.get("jabatan_tujuan"))
    if goal is None:
        return {"jabatan_dituju": dict(NOBODY), "profil_talenta": [], "responden": []}
    best = _ranking(action, case, data, goal)[:PROFILES_SHOWN]
    skills = candidates.competencies(action.session, goal.position.id, [row.candidate.nip for row, _ in best])
    return {
        "jabatan_dituju": goal.as_data(),
        "profil_talenta": [_talent(profile, skills[row.candidate.nip]) for row, profile in best],
        "responden": [{"nip": row.candidate.nip, "nama": row.candidate.name} for row, _ in best[:ASKED]],
    }


def peringkat_calon(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """The best candidates with scores, reasons and what the rules say. Those a rule blocks come last."""
    goal = candidates.target(action.session, data.get("jabatan_tujuan"))
    if goal is None:
        return {"peringkat": [], "pilihan_calon": []}
    ranking = _ranking(action, case, data, goal)
    best = ranking[:CHECKED]
    asked = data.get("pegawai_nip")
    best += [entry for entry in ranking[CHECKED:] if entry[0].candidate.nip == asked]
    rules = checking.check(action, case, data, goal, [profile for _, profile in best])
    listed = sorted(best, key=lambda entry: _blocked(rules[entry[0].candidate.nip]))
    shown = listed[:RANKED_SHOWN]
    shown += [entry for entry in listed[RANKED_SHOWN:] if entry[0].candidate.nip == asked]
    return {
        "jabatan_dituju": goal.as_data(),
        "peringkat": [_ranked(row, profile, rules[row.candidate.nip]) for row, profile in shown],
        "pilihan_calon": [
            {
                "label": f"{number}. {_label(row, profile)}",
                "value": row.candidate.nip,
            }
            for number, (row, profile) in enumerate(shown, 1)
        ],
    }


def tetapkan_calon(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """The chosen candidate with origin, target and the parties to consult; the case is filed under them.

    The title names the post, not the person: candidates' names are secret until the decree.
    """
    session, day = action.session, action.calendar.local_date(action.now)
    goal = candidates.target(session, data.get("jabatan_tujuan"))
    employee = session.get(Employee, data.get("calon_nip") or "")
    if goal is None or employee is None:
        return {
            "calon": {"nip": None},
            "asal": {"unit": None},
            "tujuan": {"unit": None},
            "pihak": [],
            "jpm": None,
        }
    origin, post = session.get_one(Unit, employee.unor_id), session.get_one(Position, employee.jabatan_id)
    profile = candidates.profiles(session, goal, day, surplus={}, nips=[employee.nip])[0]
    parameters = models.load_parameters(action, case, day)
    case.subject_nip, case.origin_unit, case.target_unit = employee.nip, origin.id, goal.unit.id
    case.target_position = goal.position.id
    case.transfer_kind = data.get("jenis_mutasi") or "M1"
    where = f"{goal.position.nama}, {goal.unit.nama}"
    case.title, case.title_en = f"Mutasi ke {where}"[:300], f"Transfer to {where}"[:300]
    change = 0 if origin.id == goal.unit.id else 1
    return {
        "calon": {
            "nip": employee.nip,
            "nama": employee.nama_lengkap,
            "jabatan": post.nama,
            "golongan": golongan_label(employee.golongan),
            "unit": origin.id,
            "unit_nama": origin.nama,
        },
        "asal": _end(action, origin, day, parameters.wke, -change),
        "tujuan": {
            **_end(action, goal.unit, day, parameters.wke, change),
            "jabatan_id": goal.position.id,
            "jabatan": goal.position.nama,
        },
        "pihak": _parties(employee, origin, goal),
        "jpm": profile.jpm,
    }


def _ranking(
    action: Action, case: Case, data: Mapping[str, Any], goal: TargetPost
) -> list[tuple[Ranked, Profile]]:
    """All candidates, best first. An own request ranks its applicant alone.

    Nobody below a mandatory competency, and nobody whom another running case is about.
    """
    session, day = action.session, action.calendar.local_date(action.now)
    parameters = models.load_parameters(action, case, day)
    surplus = {post.id: -post.shortage for post in needs.posts(session, day, parameters.wke)}
    willing = _willing(data.get("aspirasi"))
    applicant = data.get("pegawai_nip")

    def search(nips: Collection[str] | None = None, wide: bool = False) -> list[Profile]:
        return candidates.profiles(session, goal, day, surplus=surplus, willing=willing, nips=nips, wide=wide)

    if applicant and data.get("jenis_mutasi") == "M7":
        found = search([applicant])
    else:
        taken = _in_other_cases(action, case)
        found = [profile for profile in search() or search(wide=True) if profile.candidate.nip not in taken]
        if applicant and all(profile.candidate.nip != applicant for profile in found):
            found += search([applicant])
        found = [profile for profile in found if not profile.lacks_mandatory]
    by_nip = {profile.candidate.nip: profile for profile in found}
    ranked = placement.rank(
        (profile.candidate for profile in found), goal.post, models.weights(action, case, day)
    )
    return [(row, by_nip[row.candidate.nip]) for row in ranked]


def _in_other_cases(action: Action, case: Case) -> set[str]:
    others = select(Case.subject_nip).where(
        Case.status == "running", Case.id != case.id, Case.subject_nip.is_not(None)
    )
    return {nip for nip in action.session.scalars(others) if nip}


def _willing(answers: Any) -> dict[str, bool]:
    """NIP -> willing, of the employees who answered in this case."""
    if not isinstance(answers, list):
        return {}
    return {
        answer["nip"]: answer["bersedia"] == "ya"
        for answer in answers
        if isinstance(answer, Mapping) and answer.get("nip") and answer.get("bersedia") in ("ya", "tidak")
    }


def _blocked(results: list[RuleResult]) -> bool:
    return any(result.outcome == FAILED and result.severity == "B" for result in results)


def _ranked(row: Ranked, profile: Profile, rules: list[RuleResult]) -> dict[str, Any]:
    return {
        "nip": row.candidate.nip,
        "nama": row.candidate.name,
        "unit": row.candidate.unit,
        "unit_nama": profile.unit_name,
        "jabatan": profile.position,
        "golongan": profile.grade,
        "jpm": profile.jpm,
        "skor": row.score,
        "rincian": [
            {
                "aspek": aspect.title,
                "aspek_en": aspect.title_en,
                "bobot": aspect.percent,
                "nilai": aspect.value,
                "alasan": aspect.reason,
                "alasan_en": aspect.reason_en,
            }
            for aspect in row.aspects
        ],
        "aturan": [
            {
                "id": rule.id,
                "hasil": rule.outcome,
                "tingkat": rule.severity,
                "pesan": rule.message,
                "pesan_en": rule.message_en,
            }
            for rule in rules
            if rule.outcome not in (PASSED, NOT_APPLICABLE)
        ],
    }


def _label(row: Ranked, profile: Profile) -> str:
    return f"{row.candidate.name}, {profile.position}, {profile.unit_name} ({row.score:.1f})"


def _talent(profile: Profile, skills: tuple[list[str], list[str]]) -> dict[str, Any]:
    candidate = profile.candidate
    strong, weak = ([kompetensi_name(code) for code in codes] for codes in skills)
    return {
        "nip": candidate.nip,
        "nama": candidate.name,
        "unit": candidate.unit,
        "unit_nama": profile.unit_name,
        "jabatan": profile.position,
        "golongan": profile.grade,
        "predikat": list(candidate.ratings),
        "jpm": profile.jpm,
        "potensi": profile.potential,
        "kinerja": profile.performance,
        "kotak": candidate.box,
        "kekuatan": [indonesian for indonesian, _ in strong],
        "kekuatan_en": [english for _, english in strong],
        "kelemahan": [indonesian for indonesian, _ in weak],
        "kelemahan_en": [english for _, english in weak],
    }


def _parties(employee: Employee, origin: Unit, goal: TargetPost) -> list[dict[str, Any]]:
    """Whom to consult; a move within a unit has one head to ask."""
    heads = [("unit_penerima", goal.unit)]
    if origin.id != goal.unit.id:
        heads.insert(0, ("unit_asal", origin))
    parties: list[dict[str, Any]] = [
        {"peran": role, "label": unit.nama, "unit": unit.id, "nip": unit.kepala_nip} for role, unit in heads
    ]
    person = {"peran": "pegawai", "label": employee.nama_lengkap, "unit": origin.id, "nip": employee.nip}
    return [*parties, person]


def _end(action: Action, unit: Unit, day: date, wke: float, change: int) -> dict[str, Any]:
    """A unit at one end of the move, with its load before and after `change` people come or go."""
    return {
        "unit": unit.id,
        "unit_nama": unit.nama,
        "kepala_nip": unit.kepala_nip,
        **_ratios(action, unit.id, day, wke, change),
    }


def _ratios(action: Action, unit: str, day: date, wke: float, change: int) -> dict[str, float | None]:
    """The unit's load per person before and after `change` people come or go."""
    load, staff = needs.unit_figures(action.session, unit, day, wke)
    if load is None:
        return {"rasio_sebelum": None, "rasio_sesudah": None}
    before, after = (workload.load_ratio(load, count, wke) for count in (staff, staff + change))
    return {
        "rasio_sebelum": None if before is None else round(before, 3),
        "rasio_sesudah": None if after is None else round(after, 3),
    }

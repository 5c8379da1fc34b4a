"""The legal rules R01 to R22, asked with facts from the data, for everyone who decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from service.db.cases import Case, CaseDocument
from service.db.queries import candidates, facts, needs
from service.db.queries.candidates import Profile, TargetPost
from service.domain import rules
from service.domain.rules import RuleResult
from service.operations.action import Action
from service.operations.effects import models

MODEL = "aturan_mutasi"
NO_RESULT = (
    "Aturan ini tidak memberi hasil untuk fakta yang ada; periksa tabelnya.",
    "This rule has no result for the facts at hand; look at its table.",
)


def periksa_aturan(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """What each rule says about the chosen candidate, and whether the plan may go on.

    Without a candidate nothing is judged, and a permit that was asked for is still needed.
    """
    session, day = action.session, action.calendar.local_date(action.now)
    goal = candidates.target(session, data.get("jabatan_tujuan"))
    nip = (data.get("calon") or {}).get("nip") or data.get("calon_nip")
    profiles = candidates.profiles(session, goal, day, surplus={}, nips=[nip]) if goal and nip else []
    if goal is None or not profiles:
        case.rule_tone = case.rule_count = None
        return {
            "aturan": [],
            "terblokir": False,
            "perlu_izin_mendagri": bool(data.get("perlu_izin_mendagri")),
            "perlu_alasan": False,
            "kejelasan": "Calon atau jabatan tujuan belum ada.",
            "kejelasan_en": "There is no candidate or no target position yet.",
        }
    results = check(action, case, data, goal, profiles)[profiles[0].candidate.nip]
    verdict = rules.verdict(results, data.get("alasan_khusus"))
    case.rule_tone, case.rule_count = rules.badge(results) or (None, None)
    return {
        "aturan": [result.as_data() for result in results],
        "terblokir": verdict.blocked,
        "perlu_izin_mendagri": verdict.needs_permit,
        "perlu_alasan": verdict.needs_reason,
        "kejelasan": verdict.summary,
        "kejelasan_en": verdict.summary_en,
    }


def check(
    action: Action, case: Case, data: Mapping[str, Any], goal: TargetPost, profiles: Sequence[Profile]
) -> dict[str, list[RuleResult]]:
    """The results of all rules for each profile, by NIP. Data are read once for all of them."""
    session, day = action.session, action.calendar.local_date(action.now)
    wke = models.load_parameters(action, case, day).wke
    posts = needs.posts(session, day, wke, ids={goal.position.id, *(row.position_id for row in profiles)})
    gathered = facts.gather(
        session,
        goal,
        [profile.candidate.nip for profile in profiles],
        day,
        needs={post.id: post for post in posts},
        matches={profile.candidate.nip: (profile.jpm, profile.below) for profile in profiles},
        circumstances=_circumstances(action, case, data, day),
    )
    content = models.model(action, case, MODEL)
    return {nip: judge(action, content, known) for nip, known in gathered.items()}


def judge(action: Action, content: bytes, known: Mapping[str, Any]) -> list[RuleResult]:
    """Every rule of the model, in order, for one set of facts."""
    return [_judge_one(action, content, rule, known) for rule in rules.TITLES]


def _judge_one(action: Action, content: bytes, rule: str, known: Mapping[str, Any]) -> RuleResult:
    decision = action.engine.decide(content, rule, known, action.now)
    said = decision.value
    if not isinstance(said, Mapping) or said.get("hasil") not in rules.OUTCOMES:
        return RuleResult(rule, rules.WARNING, "B", NO_RESULT[0], "", message_en=NO_RESULT[1])
    if not said.get("pesan"):
        said = {**said, **dict(zip(("pesan", "pesan_en"), rules.TITLES[rule], strict=True))}
    row = next((match for match in decision.matched if match.rule.startswith(f"{rule}_")), None)
    return RuleResult(
        rule,
        said["hasil"],
        said.get("tingkat") or "W",
        said["pesan"],
        said.get("dasar") or "",
        row.rule if row else "",
        {name: _plain(value) for name, value in row.inputs.items()} if row else {},
        said.get("pesan_en") or "",
        row.labels_en if row else {},
    )


def _plain(value: Any) -> Any:
    """A FEEL value as the case's data keep it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


def _circumstances(action: Action, case: Case, data: Mapping[str, Any], day: date) -> facts.Circumstances:
    around = models.region(day)
    kind = data.get("jenis_mutasi") or "M1"
    papers = set(
        action.session.scalars(
            select(CaseDocument.kind).where(
                CaseDocument.case_id == case.id, CaseDocument.removed_at.is_(None)
            )
        )
    )
    permitted = data.get("jenis_izin") == "mendagri" and data.get("hasil_izin") == "disetujui"
    declared = data.get("dokumen") if isinstance(data.get("dokumen"), list) else []
    return facts.Circumstances(
        kind=kind,
        election_declared=around.election_declared,
        term_ends=around.term_ends,
        head_inaugurated=around.head_inaugurated,
        head_acting=around.head_acting,
        standing_permit=around.standing_permit,
        ministry_permit=permitted or "izin_mendagri" in papers,
        team_advice=data.get("putusan_tpk") == "setuju",
        imut_number=data.get("nomor_imut"),
        documents=frozenset(papers) | frozenset(declared or ()),
        required_documents={
            between: tuple(row["jenis"] for row in _required(action, case, kind, between, day))
            for between in (False, True)
        },
    )


def _required(action: Action, case: Case, kind: str, between: bool, day: date) -> list[Mapping[str, Any]]:
    asked = {"tanggal": day.isoformat(), "jenis_mutasi": kind, "antar_instansi": between}
    return models.decide(action, case, "dokumen_mutasi", asked) or []

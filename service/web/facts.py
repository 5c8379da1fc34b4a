"""What a decider needs to know, read out of a case's variables. Any of them may be absent or half filled.

Before the decree, other candidates and their ranking are for those who decide; see `gather`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.domain import codes
from service.domain.form_schema import mapping_of
from service.web import moments, transfer_kinds, values, words
from service.web.context import in_language

OUTCOME_TONES = {
    "lulus": "good",
    "gagal": "bad",
    "peringatan": "warn",
    "perlu_izin": "warn",
    "tidak_berlaku": "quiet",
}
OPINION_TONES = {
    "setuju": "good",
    "setuju_bersyarat": "warn",
    "tidak": "bad",
    "tolak": "bad",
    "ubah": "warn",
    "kembalikan": "warn",
}
DECIDERS = ("tpk", "pyb", "ppk")
"""Roles whose decision is kept as `putusan_<role>` and `alasan_<role>`, in the order they decide."""


@dataclass(frozen=True, slots=True)
class Load:
    """A unit's workload per person before and after the move; 1.0 is a full year's work each."""

    before: float | None
    after: float | None

    @property
    def known(self) -> bool:
        return self.before is not None or self.after is not None


@dataclass(frozen=True, slots=True)
class End:
    """One end of the move."""

    unit: str
    position: str
    load: Load


@dataclass(frozen=True, slots=True)
class Rule:
    """What a legal rule said, with its article."""

    id: str
    title: str
    outcome: str
    severity: str
    message: str
    law: str
    inputs: tuple[tuple[str, str], ...] = ()

    @property
    def tone(self) -> str:
        """A failed rule that does not block is a warning to the reader."""
        if self.outcome == "gagal" and self.severity != "B":
            return "warn"
        return OUTCOME_TONES.get(self.outcome, "quiet")

    @property
    def speaks(self) -> bool:
        return self.outcome in ("gagal", "peringatan", "perlu_izin")


@dataclass(frozen=True, slots=True)
class Aspect:
    """One part of a candidate's score: weight in percent, value 0 to 100 or None without data."""

    title: str
    weight: float | None
    value: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate in the ranking, or a talent profile (then without a score)."""

    nip: str
    name: str
    position: str
    unit: str
    grade: str
    score: float | None
    fit: float | None
    box: int | None
    ratings: tuple[int, ...]
    weaknesses: tuple[str, ...]
    aspects: tuple[Aspect, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """A post's need for people."""

    position: str
    unit: str
    approved: float | None
    staff: float | None
    needed: float | None
    gap: float | None
    load: float | None
    complaints: float | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a party said in the consultation, a unit in the survey, an employee about their wishes, or a decider.

    `replacement`: the NIP of who should follow the one who leaves, or the name as it was typed.
    """

    who: str
    side: str
    value: str
    tone: str
    text: str
    day: str
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure before the move and now."""

    measure: str
    before: float | None
    after: float | None
    change: float | None
    better: bool | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything there is to know for a decision. Empty parts are not shown."""

    person: Candidate | None = None
    origin: End | None = None
    target: End | None = None
    why: tuple[tuple[str, str], ...] = ()
    fit: float | None = None
    rules: tuple[Rule, ...] = ()
    blocked: bool = False
    needs_permit: bool = False
    needs_reason: bool = False
    summary: str = ""
    ranking: tuple[Candidate, ...] = ()
    profiles: tuple[Candidate, ...] = ()
    needs: tuple[Need, ...] = ()
    surveys: tuple[Opinion, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    decisions: tuple[Opinion, ...] = ()
    wishes: tuple[Opinion, ...] = ()
    decree: tuple[tuple[str, str], ...] = ()
    review: tuple[Comparison, ...] = ()
    review_month: int | None = None
    reached: float | None = None
    hidden: bool = field(default=False)

    @property
    def chosen(self) -> Candidate | None:
        """The chosen candidate's place in the ranking."""
        if self.person is None:
            return None
        return next((entry for entry in self.ranking if entry.nip == self.person.nip), None)

    @property
    def rule_count(self) -> dict[str, int]:
        counts = {"good": 0, "warn": 0, "bad": 0, "quiet": 0}
        for rule in self.rules:
            counts[rule.tone] += 1
        return counts


def gather(data: Mapping[str, Any], *, names: bool, others: bool) -> Facts:
    """The facts in a case's variables.

    `names`: the chosen candidate may be shown. `others`: candidates beside the chosen one, and what was said
    about them, may be shown (to those who decide).
    """
    person = _candidate(mapping_of(data.get("calon"))) if names else None
    origin, target = mapping_of(data.get("asal")), mapping_of(data.get("tujuan"))
    wanted = mapping_of(data.get("jabatan_dituju"))
    review = mapping_of(data.get("ukuran"))
    return Facts(
        person=person if person and person.nip else None,
        origin=_end(origin, values.text(mapping_of(data.get("calon")).get("jabatan")))
        if origin.get("unit") and names
        else None,
        target=_end(
            target or {"unit_nama": wanted.get("unit_nama")},
            values.text(target.get("jabatan") or wanted.get("nama")),
        )
        if target.get("unit") or wanted.get("nama")
        else None,
        why=tuple(_why(data, names)),
        fit=values.number(data.get("jpm")) if names else None,
        rules=tuple(_rule(row) for row in values.rows(data.get("aturan"))) if names else (),
        blocked=data.get("terblokir") is True,
        needs_permit=data.get("perlu_izin_mendagri") is True,
        needs_reason=data.get("perlu_alasan") is True,
        summary=values.said(data, "kejelasan") if names else "",
        ranking=tuple(_candidate(row) for row in values.rows(data.get("peringkat"))) if others else (),
        profiles=tuple(_candidate(row) for row in values.rows(data.get("profil_talenta"))) if others else (),
        needs=tuple(_need(row) for row in values.rows(data.get("kebutuhan"))) if others else (),
        surveys=tuple(_survey(row) for row in values.rows(data.get("kebutuhan_unit"))) if others else (),
        opinions=tuple(_opinion(row) for row in values.rows(data.get("pendapat"))) if others else (),
        decisions=tuple(_decisions(data)) if others else (),
        wishes=tuple(_wish(row) for row in values.rows(data.get("aspirasi"))) if others else (),
        decree=tuple((key, values.text(value)) for key, value in mapping_of(data.get("sk")).items() if value),
        review=tuple(_comparison(row) for row in values.rows(review.get("dibanding"))),
        review_month=int(month) if (month := values.number(review.get("bulan"))) is not None else None,
        reached=values.number(review.get("capaian_persen")),
        hidden=bool(mapping_of(data.get("calon")).get("nip")) and not names,
    )


def unjudged(facts: Facts) -> Facts:
    """Without what rules, scores and reviews say: for the one who is meant, before the decree."""
    return replace(
        facts,
        rules=(),
        fit=None,
        summary="",
        review=(),
        blocked=False,
        needs_permit=False,
        needs_reason=False,
    )


def _why(data: Mapping[str, Any], names: bool) -> Iterator[tuple[str, str]]:
    trigger = mapping_of(data.get("pemicu"))
    if kind := values.text(trigger.get("jenis")):
        yield "jenis_pemicu", kind
    if told := values.said(trigger, "keterangan"):
        yield "pemicu", told
    keys = ["catatan_analisis", "catatan_pemetaan"]
    if names:
        keys += ["alasan_rencana", "alasan_khusus", "dasar_hukum"]
    for key in keys:
        if text := values.text(data.get(key)):
            yield key, text


def _end(row: Mapping[str, Any], position: str) -> End:
    load = Load(values.number(row.get("rasio_sebelum")), values.number(row.get("rasio_sesudah")))
    return End(values.text(row.get("unit_nama") or row.get("unit")), position, load)


def _rule(row: Mapping[str, Any]) -> Rule:
    names = mapping_of(row.get("masukan_en"))
    inputs = tuple(
        (in_language(name, values.text(names.get(name))), _named(name, value) or _input(value))
        for name, value in mapping_of(row.get("masukan")).items()
    )
    return Rule(
        id=values.text(row.get("id")),
        title=values.said(row, "judul"),
        outcome=values.text(row.get("hasil")),
        severity=values.text(row.get("tingkat")),
        message=values.said(row, "pesan"),
        law=values.text(row.get("dasar")),
        inputs=inputs,
    )


def _named(label: str, value: Any) -> str:
    """The name of a code that a rule went by; empty where the column of this label holds no code, or an unknown one."""
    if not isinstance(value, str | int):
        return ""
    if label == "Jenis mutasi":
        return transfer_kinds.named().get(str(value), "")
    return in_language(*CODED.get(label, {}).get(value, ("", "")))


CODED: Mapping[str, Mapping[Any, codes.Said]] = {
    "Kedudukan hukum": codes.KEDUDUKAN_HUKUM,
    "Predikat terburuk": codes.PREDIKAT,
}
"""Columns of the legal rules' tables -> the code list of what they hold."""


def _input(value: Any) -> str:
    """What a rule went by: a day, a number, a code in words."""
    if isinstance(value, str):
        return moments.day(value) if moments.as_date(value) else words.word(value)
    return values.text(value) if values.number(value) is None else words.number(value)


def _candidate(row: Mapping[str, Any]) -> Candidate:
    box = values.number(row.get("kotak"))
    return Candidate(
        nip=values.text(row.get("nip")),
        name=values.text(row.get("nama")),
        position=values.text(row.get("jabatan")),
        unit=values.text(row.get("unit_nama") or row.get("unit")),
        grade=values.text(row.get("golongan")),
        score=values.number(row.get("skor")),
        fit=values.number(row.get("jpm")),
        box=None if box is None else int(box),
        ratings=tuple(
            int(value) for value in values.items(row.get("predikat")) if values.number(value) is not None
        ),
        weaknesses=tuple(values.said_each(row, "kelemahan")),
        aspects=tuple(
            Aspect(
                values.said(part, "aspek"),
                values.number(part.get("bobot")),
                values.number(part.get("nilai")),
                values.said(part, "alasan"),
            )
            for part in values.rows(row.get("rincian"))
        ),
        rules=tuple(_rule(rule) for rule in values.rows(row.get("aturan"))),
    )


def _need(row: Mapping[str, Any]) -> Need:
    return Need(
        values.text(row.get("jabatan")),
        values.text(row.get("unit_nama") or row.get("unit")),
        *(
            values.number(row.get(key))
            for key in ("formasi", "bezetting", "kebutuhan", "gap", "rasio", "pengaduan_6_bulan")
        ),
    )


def _survey(row: Mapping[str, Any]) -> Opinion:
    value = "diam" if row.get("menjawab") is False else values.text(row.get("selisih"))
    count = values.text(row.get("jumlah"))
    return Opinion(
        who=values.text(row.get("nama") or row.get("unit")),
        side=values.text(row.get("jabatan")),
        value=value,
        tone={"kurang": "warn", "lebih": "note", "cukup": "good"}.get(value, "quiet"),
        text=" · ".join(part for part in (count, values.text(row.get("sebab"))) if part),
        day="",
    )


def _opinion(row: Mapping[str, Any]) -> Opinion:
    value = "diam" if row.get("diam") is True else values.text(row.get("pendapat_pihak"))
    return Opinion(
        who=values.text(row.get("label")),
        side=values.text(row.get("peran")),
        value=value,
        tone=OPINION_TONES.get(value, "quiet"),
        text=values.text(row.get("alasan_pendapat")),
        day=values.text(row.get("tgl_konsultasi")),
        replacement=values.text(row.get("pengganti")),
    )


def _decisions(data: Mapping[str, Any]) -> Iterator[Opinion]:
    """What those said who decided before, by their roles."""
    for role in DECIDERS:
        if value := values.text(data.get(f"putusan_{role}")):
            text = values.text(data.get(f"alasan_{role}"))
            yield Opinion(role, "", value, OPINION_TONES.get(value, "quiet"), text, "")


def _wish(row: Mapping[str, Any]) -> Opinion:
    willing = row.get("bersedia")
    yes = willing in (True, "ya")
    known = willing not in (None, "")
    return Opinion(
        who=values.text(row.get("nama")),
        side=values.text(row.get("tujuan")),
        value=("bersedia" if yes else "tidak_bersedia") if known else "diam",
        tone=("good" if yes else "warn") if known else "quiet",
        text=values.text(row.get("alasan")),
        day="",
    )


def _comparison(row: Mapping[str, Any]) -> Comparison:
    before, after, change = (values.number(row.get(key)) for key in ("sebelum", "sesudah", "perubahan"))
    better = row.get("tercapai")
    return Comparison(
        values.said(row, "ukuran"), before, after, change, better if isinstance(better, bool) else None
    )

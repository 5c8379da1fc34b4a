"""What is stored about an employee, in words: from when, by whom, and which rule or part of the score reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from service.db import people as tables
from service.db.queries import people
from service.domain import codes, own_data
from service.domain.rules import TITLES
from service.operations import corrections
from service.operations.action import Action
from service.web import context, document_kinds, moments

YEARS = 5


@dataclass(frozen=True, slots=True)
class Datum:
    """One datum: its name, its value in words, and what reads it."""

    kind: str
    key: str
    field: str
    label: str
    value: str
    used: tuple[str, ...] = ()
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Data that belong together, such as one year's rating. `level` and `wanted`: for a bar."""

    title: str
    dated: str
    source: str
    data: tuple[Datum, ...]
    level: int | None = None
    wanted: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page."""

    id: str
    title: str
    icon: str
    records: tuple[Record, ...] = field(default=())


def sections(action: Action, nip: str, asked: set[tuple[str, str, str]]) -> list[Section]:
    """What is stored about an employee. `asked`: what they have asked to correct."""
    reader = _Reader(action, nip, asked)
    return [section for section in reader.sections() if section.records]


class _Reader:
    """Reads the records of one employee, with where each came from."""

    def __init__(self, action: Action, nip: str, asked: set[tuple[str, str, str]]) -> None:
        self.session, self.nip, self.asked = action.session, nip, asked
        self.today = action.calendar.local_date(action.now)
        self.changed = {}
        for row in action.session.scalars(
            select(tables.RecordChange).where(tables.RecordChange.nip == nip).order_by(tables.RecordChange.id)
        ):
            self.changed[row.kind, row.key] = row

    def sections(self) -> list[Section]:
        employee_row = self.session.get_one(tables.Employee, self.nip)
        return [
            Section("profile", gettext("Profile"), "id", (self._profile(employee_row),)),
            Section("performance", gettext("Performance"), "chart-bar", tuple(self._performance())),
            Section(
                "competency",
                gettext("Competences against the standard of my position"),
                "award",
                tuple(self._competencies(employee_row)),
            ),
            Section("talent", gettext("Talent box"), "star", tuple(self._talents())),
            Section("discipline", gettext("Discipline"), "gavel", tuple(self._discipline())),
            Section("history", gettext("Positions held"), "history", tuple(self._history())),
            Section("documents", gettext("Documents"), "file-text", tuple(self._documents())),
        ]

    def _profile(self, row: tables.Employee) -> Record:
        found = people.employee(self.session, row.nip)
        values = {name: getattr(row, name) for name in own_data.KINDS["employee"].fields}
        values["jabatan_id"] = f"{found.jabatan}, {found.unit}"
        return self._record("employee", row.nip, row.nama_lengkap, row.tmt_jabatan, values)

    def _performance(self) -> list[Record]:
        rows = self._rows(tables.Performance, tables.Performance.tahun.desc(), YEARS)
        return [self._plain("performance", f"{r.nip}|{r.tahun}", str(r.tahun), None, r) for r in rows]

    def _competencies(self, row: tables.Employee) -> list[Record]:
        standard = {
            wanted.kode: wanted.level
            for wanted in self.session.scalars(
                select(tables.CompetencyStandard).where(
                    tables.CompetencyStandard.jabatan_id == row.jabatan_id
                )
            )
        }
        rows = self._rows(tables.EmployeeCompetency, tables.EmployeeCompetency.kode, 60)
        return [
            self._plain(
                "employee_competency",
                f"{r.nip}|{r.kode}",
                context.in_language(*codes.kompetensi_name(r.kode)),
                r.tgl,
                r,
                level=r.level,
                wanted=standard.get(r.kode),
            )
            for r in rows
        ]

    def _talents(self) -> list[Record]:
        rows = self._rows(tables.Talent, tables.Talent.tahun.desc(), YEARS)
        return [
            self._plain(
                "talent",
                f"{r.nip}|{r.tahun}",
                gettext("%(year)s: box %(box)s", year=r.tahun, box=r.kotak),
                None,
                r,
            )
            for r in rows
        ]

    def _discipline(self) -> list[Record]:
        rows = self._rows(tables.Discipline, tables.Discipline.mulai.desc(), 20)
        return [
            self._plain("discipline", str(r.id), in_list(codes.TINGKAT_HUKDIS, r.tingkat), r.mulai, r)
            for r in rows
        ]

    def _history(self) -> list[Record]:
        rows = self._rows(tables.PositionHistory, tables.PositionHistory.tmt.desc(), 30)
        return [self._plain("position_history", str(r.id), r.jabatan, r.tmt, r) for r in rows]

    def _documents(self) -> list[Record]:
        rows = self._rows(tables.EmployeeDocument, tables.EmployeeDocument.tgl.desc(), 40)
        return [
            self._plain("employee_document", str(r.id), document_kinds.label(r.jenis), r.tgl, r) for r in rows
        ]

    def _rows(self, model: Any, order: Any, most: int) -> Sequence[Any]:
        return self.session.scalars(
            select(model).where(model.nip == self.nip).order_by(order).limit(most)
        ).all()

    def _plain(
        self, kind: str, key: str, title: str, dated: date | None, row: Any, **bar: int | None
    ) -> Record:
        values = {name: getattr(row, name) for name in own_data.KINDS[kind].fields}
        return self._record(kind, key, title, dated, values, **bar)

    def _record(
        self,
        kind: str,
        key: str,
        title: str,
        dated: date | None,
        values: Mapping[str, Any],
        **bar: int | None,
    ) -> Record:
        fields = own_data.KINDS[kind].fields
        data = tuple(
            Datum(
                kind,
                key,
                name,
                label_of(name),
                in_words(fields[name], value),
                tuple(used(code) for code in fields[name].used),
                (kind, key, name) in self.asked,
            )
            for name, value in values.items()
        )
        return Record(title, moments.day(dated) if dated else "", self._source(kind, key), data, **bar)

    def _source(self, kind: str, key: str) -> str:
        """Who wrote it last: a correction, a decree, an import; what was never changed came with the first one."""
        change = self.changed.get((kind, key))
        if change is None:
            return gettext("Personnel records (SIASN)")
        if change.source.startswith("koreksi "):
            return gettext(
                "Corrected by %(name)s, %(day)s", name=change.actor_name, day=moments.day(change.at)
            )
        return gettext("%(source)s, %(day)s", source=change.source, day=moments.day(change.at))


def in_words(found: own_data.Field, value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return "–"
    if found.type == "yes_no":
        return gettext("Yes") if value else gettext("No")
    if found.type == "date":
        return moments.day(value)
    if found.choices is not None:
        return in_list(found.choices, value)
    return str(value)


def in_list(choices: Mapping[Any, codes.Said], code: Any) -> str:
    """A code in the reader's language; an unknown one as it is."""
    return context.in_language(*choices[code]) if code in choices else str(code)


def changed(kind: str, changes: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """What an answer to a request has changed: (column, before, after), in words."""
    fields = own_data.KINDS[kind].fields if kind in own_data.KINDS else {}

    def said(name: str, value: Any) -> str:
        return in_words(fields[name], value) if name in fields else str(value)

    return [
        (label_of(name), said(name, before), said(name, after))
        for name, (before, after) in (changes or {}).items()
    ]


def used(code: str) -> str:
    """`R02 Masa jabatan ...`, or the part of the score."""
    if code in TITLES:
        return f"{code} {context.in_language(*TITLES[code])}"
    return gettext("score: %(aspect)s", aspect=ASPECTS[code]())


def label_of(name: str) -> str:
    """A column's name in the reader's language."""
    found = LABELS.get(name)
    return found() if found else name


def name_of(kind: str, name: str) -> str:
    """`Kinerja: predikat`, for lists of requests."""
    if kind == corrections.ANYTHING:
        return gettext("Something else")
    return f"{KIND_NAMES[kind]()}: {label_of(name)}"


ASPECTS = {
    own_data.COMPETENCE: lambda: gettext("Competence"),
    own_data.MOVES: lambda: gettext("Moves and career"),
    own_data.PERFORMANCE: lambda: gettext("Performance"),
    own_data.TALENT: lambda: gettext("Talent mapping"),
    own_data.NEED: lambda: gettext("Need of the organisation"),
    own_data.WORK: lambda: gettext("Nature of the work"),
}

KIND_NAMES = {
    "employee": lambda: gettext("Profile"),
    "performance": lambda: gettext("Performance"),
    "employee_competency": lambda: gettext("Competence"),
    "talent": lambda: gettext("Talent box"),
    "discipline": lambda: gettext("Discipline"),
    "position_history": lambda: gettext("Positions held"),
    "employee_document": lambda: gettext("Documents"),
}

LABELS = {
    "nama": lambda: gettext("Name"),
    "gelar_depan": lambda: gettext("Title before the name"),
    "gelar_belakang": lambda: gettext("Title after the name"),
    "tgl_lahir": lambda: gettext("Date of birth"),
    "jk": lambda: gettext("Sex"),
    "kedudukan_hukum": lambda: gettext("Legal status"),
    "golongan": lambda: gettext("Grade"),
    "tmt_golongan": lambda: gettext("Grade since"),
    "tmt_pns": lambda: gettext("Civil servant since"),
    "pendidikan": lambda: gettext("Education"),
    "jurusan": lambda: gettext("Field of study"),
    "jabatan_id": lambda: gettext("Position"),
    "tmt_jabatan": lambda: gettext("In the position since"),
    "domisili": lambda: gettext("Place of residence"),
    "pasangan_nip": lambda: gettext("Spouse's NIP"),
    "ikatan_10_tahun": lambda: gettext("Ten-year pledge"),
    "hasil": lambda: gettext("Results"),
    "perilaku": lambda: gettext("Behaviour"),
    "predikat": lambda: gettext("Rating"),
    "level": lambda: gettext("Level"),
    "tgl": lambda: gettext("Date"),
    "kinerja": lambda: gettext("Performance (1–3)"),
    "potensi": lambda: gettext("Potential (1–3)"),
    "tingkat": lambda: gettext("Severity"),
    "mulai": lambda: gettext("Begins"),
    "akhir": lambda: gettext("Ends"),
    "status_kasus": lambda: gettext("State"),
    "status": lambda: gettext("State"),
    "jabatan": lambda: gettext("Position"),
    "unor": lambda: gettext("Unit"),
    "tmt": lambda: gettext("From"),
    "berakhir": lambda: gettext("Until"),
    "nomor_sk": lambda: gettext("Decree number"),
    "tgl_sk": lambda: gettext("Decree dated"),
    "nomor": lambda: gettext("Number"),
    "berlaku_sampai": lambda: gettext("Valid until"),
}

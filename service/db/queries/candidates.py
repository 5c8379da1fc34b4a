"""Who could fill a post: preselected in SQL by status, kind, grade, education and age, with what ranks them.

The number of statements does not depend on the number of candidates.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from service.db.base import plan_with_values
from service.db.people import (
    Aspiration,
    CompetencyStandard,
    Employee,
    EmployeeCompetency,
    Performance,
    Position,
    Talent,
    Unit,
)
from service.db.queries.needs import ACTIVE
from service.domain.codes import golongan_label
from service.domain.placement import Candidate, Post, level_of
from service.domain.reviews import months_between

SENIOR_JF = ("Ahli Madya", "Ahli Utama")
MIDDLE_JF = ("Ahli Muda", *SENIOR_JF)


@dataclass(frozen=True, slots=True)
class Profile:
    """A candidate as ranked, and what a reader wants to see. `lacks_mandatory`: below a mandatory level."""

    candidate: Candidate
    unit_name: str
    position: str
    position_id: str
    grade: str
    jpm: float | None
    below: int | None
    lacks_mandatory: bool
    performance: int | None
    potential: int | None


@dataclass(frozen=True, slots=True)
class TargetPost:
    """The post to fill, for ranking (`post`) and for reading."""

    post: Post
    position: Position
    unit: Unit

    def as_data(self) -> dict[str, Any]:
        """The case variable `jabatan_dituju`."""
        return {
            "id": self.position.id,
            "nama": self.position.nama,
            "unit": self.unit.id,
            "unit_nama": self.unit.nama,
            "kelas": self.position.kelas,
            "jenis": self.position.jenis,
            "eselon": self.position.eselon,
        }


def target(session: Session, position_id: str | None) -> TargetPost | None:
    """The post of that id, or None."""
    row = session.execute(
        select(Position, Unit).join(Unit, Unit.id == Position.unor_id).where(Position.id == position_id)
    ).first()
    if row is None:
        return None
    position, unit = row
    education = int(position.syarat_pendidikan) if position.syarat_pendidikan else None
    fields = _fields(position)
    level = level_of(position.jenis, position.jenjang_jf)
    return TargetPost(
        Post(position.id, position.nama, position.jenis, level, unit.id, education, fields), position, unit
    )


def profiles(
    session: Session,
    goal: TargetPost,
    day: date,
    *,
    surplus: Mapping[str, float],
    willing: Mapping[str, bool] | None = None,
    nips: Collection[str] | None = None,
    wide: bool = False,
) -> list[Profile]:
    """Everyone who could fill the post; with `nips`, those people whatever they are.

    `wide` takes functional posts of the same grade in other fields too, where nobody works in the field; what they
    studied must then be what the post asks for.

    `surplus` maps a position to its staff less its need; `willing` a NIP to what was answered in this case.
    """
    plan_with_values(session)
    chosen = _eligible(goal, day, wide) if nips is None else [Employee.nip.in_(nips)]
    talent_year = session.scalar(select(func.max(Talent.tahun)).where(Talent.tahun <= day.year))
    statement = _people(goal, day, chosen, talent_year or 0)
    standards = _standards(session, goal.position.id)
    wishes = _wishes(session, goal.unit.id)
    answered = willing or {}
    return [
        _profile(tuple(row), day, standards, surplus, wishes, answered) for row in session.execute(statement)
    ]


def _people(
    goal: TargetPost, day: date, chosen: Sequence[ColumnElement[bool]], talent_year: int
) -> Select[*tuple[Any, ...]]:
    """What `_profile` reads about the people chosen."""
    match = _match(goal.position.id, day, chosen)
    latest, before = aliased(Performance), aliased(Performance)
    return (
        select(
            Employee.nip,
            Employee.nama,
            Employee.golongan,
            Employee.pendidikan,
            Employee.jurusan,
            Employee.tmt_jabatan,
            Unit.id,
            Unit.nama,
            Position.id,
            Position.nama,
            Position.jenis,
            Position.jenjang_jf,
            match.c.met,
            match.c.below,
            match.c.found,
            match.c.mandatory_below,
            latest.predikat,
            before.predikat,
            Talent.kinerja,
            Talent.potensi,
            Talent.kotak,
        )
        .join(Position, Position.id == Employee.jabatan_id)
        .join(Unit, Unit.id == Employee.unor_id)
        .outerjoin(match, match.c.nip == Employee.nip)
        .outerjoin(latest, and_(latest.nip == Employee.nip, latest.tahun == day.year - 1))
        .outerjoin(before, and_(before.nip == Employee.nip, before.tahun == day.year - 2))
        .outerjoin(Talent, and_(Talent.nip == Employee.nip, Talent.tahun == talent_year))
        .where(*chosen)
    )


def competencies(
    session: Session, position_id: str, nips: Collection[str]
) -> dict[str, tuple[list[str], list[str]]]:
    """Per NIP: the competencies that meet the post's standard, and those below it."""
    rows = session.execute(
        select(
            EmployeeCompetency.nip,
            EmployeeCompetency.kode,
            EmployeeCompetency.level,
            CompetencyStandard.level,
        )
        .join(CompetencyStandard, CompetencyStandard.kode == EmployeeCompetency.kode)
        .where(CompetencyStandard.jabatan_id == position_id, EmployeeCompetency.nip.in_(nips))
        .order_by(EmployeeCompetency.nip, EmployeeCompetency.kode)
    )
    found: dict[str, tuple[list[str], list[str]]] = {nip: ([], []) for nip in nips}
    for nip, code, level, wanted in rows:
        found[nip][0 if level >= wanted else 1].append(code)
    return found


def _fields(position: Position) -> tuple[str, ...]:
    """The fields of study a post asks for, written with commas or semicolons between them."""
    return tuple(part.strip() for part in re.split(r"[,;]", position.syarat_jurusan or "") if part.strip())


def _eligible(goal: TargetPost, day: date, wide: bool) -> list[ColumnElement[bool]]:
    """Active permanent servants of a fitting kind, old enough in grade and education, not yet retired."""
    position = goal.position
    born_after = day.replace(year=day.year - position.bup, day=min(day.day, 28))
    conditions = [
        Employee.jenis_asn == "PNS",
        Employee.kedudukan_hukum == ACTIVE,
        Employee.jabatan_id != position.id,
        Employee.tgl_lahir > born_after,
        _fitting_kind(position, wide),
    ]
    if position.syarat_golongan:
        conditions.append(Employee.golongan >= position.syarat_golongan)
    if position.syarat_pendidikan:
        conditions.append(Employee.pendidikan >= position.syarat_pendidikan)
    if wide and position.syarat_jurusan:
        conditions.append(Employee.jurusan.in_(_fields(position)))
    return conditions


def _fitting_kind(position: Position, wide: bool) -> ColumnElement[bool]:
    """Kinds that lead to the post's kind: the same, or one level below (PP 11/2017 Pasal 54 and 107)."""
    if position.jenis == "JPT":
        return _kind("JPT", "Administrator") | _jf(SENIOR_JF)
    if position.jenis == "Administrator":
        return _kind("Administrator", "Pengawas") | _jf(MIDDLE_JF)
    if position.jenis == "Pengawas":
        return _kind("Pengawas", "Pelaksana", "JF")
    if position.jenis == "JF" and wide:
        return _jf((position.jenjang_jf or "",)) | _kind("Pelaksana")
    if position.jenis == "JF":
        same = and_(Position.jenis == "JF", Position.nama == position.nama)
        if not position.syarat_jurusan:
            return same
        return or_(same, and_(Position.jenis == "Pelaksana", Employee.jurusan == position.syarat_jurusan))
    return _kind("Pelaksana")


def _kind(*kinds: str) -> ColumnElement[bool]:
    return Position.jenis.in_(kinds)


def _jf(grades: Collection[str]) -> ColumnElement[bool]:
    return and_(Position.jenis == "JF", Position.jenjang_jf.in_(grades))


def _match(position_id: str, day: date, chosen: Sequence[ColumnElement[bool]]) -> Subquery:
    """Per NIP: the sum of shares of the standard met, how many levels are below it, how many were found."""
    held, wanted = EmployeeCompetency, CompetencyStandard
    share = case((held.level >= wanted.level, 1.0), else_=held.level * 1.0 / wanted.level)
    lower = case((held.level < wanted.level, 1), else_=0)
    statement = (
        select(
            held.nip,
            func.sum(share, type_=Float).label("met"),
            func.sum(lower).label("below"),
            func.count().label("found"),
            func.sum(case((and_(held.level < wanted.level, wanted.wajib.is_(True)), 1), else_=0)).label(
                "mandatory_below"
            ),
        )
        .join(wanted, and_(wanted.kode == held.kode, wanted.jabatan_id == position_id))
        .where(or_(held.berlaku_sampai.is_(None), held.berlaku_sampai >= day))
        .group_by(held.nip)
    )
    people = select(Employee.nip).join(Position, Position.id == Employee.jabatan_id).where(*chosen)
    return statement.where(held.nip.in_(people)).subquery()


def _standards(session: Session, position_id: str) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(CompetencyStandard)
            .where(CompetencyStandard.jabatan_id == position_id)
        )
        or 0
    )


def _wishes(session: Session, unit: str) -> set[str]:
    """Those who wished to work in the unit and said they were willing."""
    statement = select(Aspiration.nip).where(
        Aspiration.unor_id == unit, Aspiration.bersedia.is_(True), Aspiration.ditarik.is_(None)
    )
    return set(session.scalars(statement))


def _profile(
    row: tuple[Any, ...],
    day: date,
    standards: int,
    surplus: Mapping[str, float],
    wishes: set[str],
    willing: Mapping[str, bool],
) -> Profile:
    (nip, name, grade, education, study, since, unit, unit_name, post, post_name, kind, jf, *figures) = row
    met, below, found, mandatory_below, latest, before, performance, potential, box = figures
    known = bool(found) and standards > 0
    jpm = round(met * 100 / standards, 1) if known else None
    candidate = Candidate(
        nip=nip,
        name=name,
        unit=unit,
        kind=kind,
        level=level_of(kind, jf),
        jpm=jpm,
        box=box,
        ratings=tuple(rating for rating in (latest, before) if rating is not None),
        months_in_post=max(0, months_between(since, day)) if since else None,
        surplus=surplus.get(post),
        wishes_unit=True if nip in wishes else None,
        willing=willing.get(nip),
        education=int(education) if education else None,
        field_of_study=study,
    )
    return Profile(
        candidate=candidate,
        unit_name=unit_name,
        position=post_name,
        position_id=post,
        grade=golongan_label(grade),
        jpm=jpm,
        below=below + standards - found if known else None,
        lacks_mandatory=bool(mandatory_below),
        performance=performance,
        potential=potential,
    )

"""What is stored about an employee that they can see and say to be wrong: the tables, their keys, their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from service.domain import codes

Type = Literal["text", "date", "number", "yes_no", "code"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column: how it is read, what it may be, and what it is used for (rules R01 ..., aspects of the score)."""

    type: Type
    choices: Mapping[Any, codes.Said] | None = None
    low: int = 0
    high: int = 0
    empty: bool = False
    longest: int = 200
    used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A table about employees. `fields` may be corrected one by one."""

    fields: Mapping[str, Field]


COMPETENCE, MOVES, PERFORMANCE, TALENT, NEED, WORK = (
    "kompetensi",
    "perpindahan_karier",
    "kinerja",
    "pemetaan",
    "kebutuhan",
    "sifat_pekerjaan",
)
"""Aspects of the placement score (workflows/bobot_penempatan.dmn) that a datum feeds."""

KINDS: Mapping[str, Kind] = {
    "employee": Kind(
        {
            "nama": Field("text"),
            "gelar_depan": Field("text", empty=True, longest=50),
            "gelar_belakang": Field("text", empty=True, longest=50),
            "tgl_lahir": Field("date", used=("R11",)),
            "jk": Field("code", codes.JENIS_KELAMIN),
            "kedudukan_hukum": Field("code", codes.KEDUDUKAN_HUKUM, used=("R01", "R07")),
            "golongan": Field(
                "code",
                {code: (grade, grade) for code, grade in codes.GOLONGAN.items()},
                empty=True,
                used=("R10",),
            ),
            "tmt_golongan": Field("date", empty=True),
            "tmt_pns": Field("date", empty=True, used=("R04",)),
            "pendidikan": Field("code", codes.PENDIDIKAN, empty=True, used=("R09", WORK)),
            "jurusan": Field("text", empty=True, used=(WORK,)),
            "jabatan_id": Field("text"),
            "tmt_jabatan": Field("date", used=("R02", "R03", MOVES)),
            "domisili": Field("text", empty=True),
            "pasangan_nip": Field("text", empty=True, longest=18, used=("R16",)),
            "ikatan_10_tahun": Field("yes_no", used=("R04",)),
        }
    ),
    "performance": Kind(
        {
            "hasil": Field("code", codes.EKSPEKTASI),
            "perilaku": Field("code", codes.EKSPEKTASI),
            "predikat": Field("code", codes.PREDIKAT, used=("R06", PERFORMANCE)),
        }
    ),
    "employee_competency": Kind(
        {"level": Field("code", codes.TINGKAT_KOMPETENSI, used=("R09", COMPETENCE)), "tgl": Field("date")}
    ),
    "talent": Kind(
        {
            "kinerja": Field("number", low=1, high=3, used=(TALENT,)),
            "potensi": Field("number", low=1, high=3, used=(TALENT,)),
        }
    ),
    "discipline": Kind(
        {
            "tingkat": Field("code", codes.TINGKAT_HUKDIS, used=("R05",)),
            "mulai": Field("date", used=("R05",)),
            "akhir": Field("date", empty=True, used=("R05",)),
            "status_kasus": Field("code", codes.STATUS_KASUS, used=("R05",)),
        }
    ),
    "position_history": Kind(
        {
            "jabatan": Field("text"),
            "unor": Field("text"),
            "tmt": Field("date", used=(MOVES,)),
            "berakhir": Field("date", empty=True),
            "nomor_sk": Field("text", empty=True, longest=100),
            "tgl_sk": Field("date", empty=True),
        }
    ),
    "employee_document": Kind(
        {
            "nomor": Field("text", longest=100),
            "tgl": Field("date", used=("R20",)),
            "berlaku_sampai": Field("date", empty=True, used=("R20",)),
            "status": Field("code", codes.STATUS_DOKUMEN, used=("R20",)),
        }
    ),
}
MADE_BY_DECREE = frozenset({("employee", "jabatan_id")})
"""What nobody corrects by hand: it changes with a decree."""


def read(field: Field, text: str) -> Any:
    """A value of a form as the column wants it. Raises ValueError, with a message for people."""
    text = text.strip()
    if not text:
        if field.empty:
            return None
        raise ValueError("This field is required.")
    if field.type == "date":
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError("Write a date.") from None
    if field.type == "yes_no":
        return text == "ya"
    if field.type == "code":
        found = next((key for key in field.choices or {} if str(key) == text), None)
        if found is None:
            raise ValueError("Choose one of the list.")
        return found
    if field.type == "number":
        if not text.isdecimal() or not field.low <= int(text) <= field.high:
            raise ValueError("Write a number that is possible here.")
        return int(text)
    if len(text) > field.longest:
        raise ValueError("Too long.")
    return text

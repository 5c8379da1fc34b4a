"""What a row leaves open and the rest of it says, and whether its values agree with each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.domain import people
from service.domain.codes import kotak_talenta
from service.operations.people.values import is_blank

Row = dict[str, Any]
ROMAN = re.compile(r"(X?)(IX|IV|V?I{0,3})")
STRUCTURAL = {"1": "JPT", "2": "JPT", "3": "Administrator", "4": "Pengawas"}


@dataclass(slots=True)
class Checked:
    """What was found wrong with a row, (column, message) each, and what is merely odd."""

    wrong: list[tuple[str, str]] = field(default_factory=list)
    odd: list[tuple[str, str]] = field(default_factory=list)


def prepare(kind: str, cells: dict[str, Any]) -> None:
    """Moves the grade of a PPPK (`IX`) to its own column: it is not a grade of a PNS."""
    if kind != "employees" or "golongan" not in cells:
        return
    grade = cells["golongan"]
    cells.setdefault("golongan_pppk", None)
    if is_blank(grade):
        return
    written = str(grade).strip().upper()
    if ROMAN.fullmatch(written):
        values = {"I": 1, "V": 5, "X": 10}
        numerals = [values[letter] for letter in written]
        following = [*numerals[1:], 0]
        total = sum(-now if now < then else now for now, then in zip(numerals, following, strict=True))
        cells["golongan_pppk"], cells["golongan"] = total, None


def complete(kind: str, row: Row) -> Checked:
    """Fills what follows from the rest of the row, in place, and checks that its values agree."""
    checked = Checked()
    step = STEPS.get(kind)
    if step:
        step(row, checked)
    return checked


def _employee(row: Row, checked: Checked) -> None:
    nip = people.parse_nip(row["nip"])
    for text in people.nip_warnings(
        nip, tgl_lahir=row.get("tgl_lahir"), jk=row.get("jk"), tmt_cpns=row.get("tmt_cpns")
    ):
        checked.odd.append(("nip", text))
    row["tgl_lahir"] = row.get("tgl_lahir") or nip.born
    row["jk"] = row.get("jk") or nip.jk
    if nip.pppk and row.get("jenis_asn") != "PPPK":
        row["jenis_asn"] = "PPPK"
    if row.get("pasangan_nip") == row["nip"]:
        checked.wrong.append(("pasangan_nip", "the NIP of the spouse, not the own one"))
    if row["tmt_jabatan"] < row["tgl_lahir"]:
        checked.wrong.append(("tmt_jabatan", "a date after the birth"))


def _position(row: Row, checked: Checked) -> None:
    eselon = row.get("eselon") or "99"
    row["eselon"] = eselon
    if not row.get("jenis"):
        by_siasn = {"2": "JF", "4": "Pelaksana"}.get(row.get("siasn_jenis") or "")
        row["jenis"] = STRUCTURAL.get(eselon[0]) or by_siasn
    if row["jenis"] is None:
        checked.wrong.append(
            ("jenis", "JPT, Administrator, Pengawas, JF or Pelaksana; or an echelon; or 2 or 4")
        )
        return
    row["siasn_jenis"] = row.get("siasn_jenis") or {"JF": "2", "Pelaksana": "4"}.get(row["jenis"], "1")
    row["bup"] = row.get("bup") or people.bup(row["jenis"], row.get("jenjang_jf"))
    if row["bup"] not in (58, 60, 65):
        checked.wrong.append(("bup", "58, 60 or 65"))


def _talent(row: Row, checked: Checked) -> None:
    row["kotak"] = row.get("kotak") or kotak_talenta(row["potensi"], row["kinerja"])


def _complaint(row: Row, checked: Checked) -> None:
    if row.get("selesai", 0) > row["jumlah"]:
        checked.wrong.append(("selesai", f"at most the number of complaints, {row['jumlah']}"))


def _unit(row: Row, checked: Checked) -> None:
    if row.get("induk_id") == row["id"]:
        checked.wrong.append(("induk_id", "the unit above, not the unit itself"))


def _ordered(first: str, last: str) -> Callable[[Row, Checked], None]:
    def check(row: Row, checked: Checked) -> None:
        if row.get(last) and row[last] < row[first]:
            checked.wrong.append((last, f"a date not before {row[first].isoformat()}"))

    return check


STEPS: Mapping[str, Callable[[Row, Checked], None]] = {
    "units": _unit,
    "positions": _position,
    "employees": _employee,
    "competencies": _ordered("tgl", "berlaku_sampai"),
    "talent": _talent,
    "complaints": _complaint,
    "history": _ordered("tmt", "berakhir"),
    "discipline": _ordered("mulai", "akhir"),
    "documents": _ordered("tgl", "berlaku_sampai"),
}

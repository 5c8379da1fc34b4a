"""Employees in the law's terms: the NIP and what it says, grades, age, retirement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from service.domain.codes import ESELON, GOLONGAN
from service.domain.errors import Invalid

NIP = re.compile(
    r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(19|20)\d{2}(0[1-9]|1[0-2]|21)[12]\d{3}", re.ASCII
)
SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
PPPK_MONTH = 21


class BadNip(Invalid):
    """It is not a NIP; the message says what would be right."""

    code = "bad_nip"


@dataclass(frozen=True, slots=True)
class Nip:
    """What the 18 digits say: birth date, year and month of appointment, sex (`1` man, `2` woman), serial.

    `month` is 21 for a PPPK, whose number has that marker in the place of the month.
    """

    value: str
    born: date
    year: int
    month: int
    jk: str
    serial: int

    @property
    def pppk(self) -> bool:
        return self.month == PPPK_MONTH


def parse_nip(raw: object) -> Nip:
    """The NIP in `raw` (text, or the number a spreadsheet made of it). Spaces and a leading `'` are dropped.

    Raises BadNip, also where a spreadsheet rounded it: Excel keeps 15 of the 18 digits of a number.
    """
    text = "".join(str(raw).replace("\xa0", " ").split()).removeprefix("'")
    if isinstance(raw, float) or SCIENTIFIC.fullmatch(text):
        raise BadNip(
            "the spreadsheet made a number of it and rounded it to 15 digits; the last ones are lost. "
            "Set the column to Text in the source and export again"
        )
    if not text.isascii() or not text.isdigit():
        raise BadNip("a NIP has 18 digits and nothing else")
    if len(text) != 18:
        raise BadNip(f"a NIP has 18 digits, this has {len(text)}")
    if text.endswith("000"):
        raise BadNip(
            "it ends in 000: no NIP does, but a spreadsheet that rounded it to 15 digits leaves that. "
            "Set the column to Text in the source and export again"
        )
    if not NIP.fullmatch(text):
        raise BadNip(
            "a NIP is YYYYMMDD of birth, YYYYMM of appointment, 1 or 2 for the sex, and three digits"
        )
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise BadNip(f"{text[6:8]}-{text[4:6]}-{text[:4]} is not a day of birth") from None
    return Nip(text, born, int(text[8:12]), int(text[12:14]), text[14], int(text[15:]))


def nip_warnings(nip: Nip, *, tgl_lahir: date | None, jk: str | None, tmt_cpns: date | None) -> list[str]:
    """Where the record disagrees with its NIP. Corrected birth dates make this possible: no error."""
    warnings = []
    if tgl_lahir and tgl_lahir != nip.born:
        warnings.append(f"the NIP says born {nip.born.isoformat()}, the record {tgl_lahir.isoformat()}")
    if jk and jk != nip.jk:
        warnings.append(f"the NIP says sex {nip.jk}, the record {jk}")
    if tmt_cpns and not nip.pppk and (tmt_cpns.year, tmt_cpns.month) != (nip.year, nip.month):
        warnings.append(f"the NIP says appointed {nip.year}-{nip.month:02d}, the record {tmt_cpns:%Y-%m}")
    return warnings


def golongan_code(text: str) -> str:
    """`III/c`, `III c`, `3c` and `33` -> `33`. Raises Invalid."""
    wanted = re.sub(r"[^0-9a-z]", "", text.lower())
    for code, label in GOLONGAN.items():
        roman, letter = label.lower().split("/")
        if wanted in (code, roman + letter, code[0] + letter):
            return code
    raise Invalid("a grade is I/a to IV/e, or its code 11 to 45")


def eselon_code(text: str) -> str:
    """`III.a`, `III/a` and `31` -> `31`; `Non eselon`, `-` and nothing -> `99`. Raises Invalid."""
    wanted = re.sub(r"[^0-9a-z]", "", text.lower())
    if wanted in ("", "non", "noneselon"):
        return "99"
    for code, label in ESELON.items():
        if wanted in (code, re.sub(r"[^a-z]", "", label.lower())):
            return code
    raise Invalid("an echelon is II.a to IV.b, or its code 21 to 42, or 99 for none")


def bup(jenis: str, jenjang_jf: str | None = None) -> int:
    """Retirement age by kind of post (UU 20/2023): 58, 60 for JPT and ahli madya, 65 for ahli utama."""
    if jenjang_jf == "Ahli Utama":
        return 65
    return 60 if jenis == "JPT" or jenjang_jf == "Ahli Madya" else 58

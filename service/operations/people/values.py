"""Cells as values: dates, numbers, codes and numbers of persons, however a spreadsheet wrote them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from openpyxl.utils.datetime import from_excel

from service.domain import codes
from service.domain.errors import Invalid
from service.domain.people import SCIENTIFIC, eselon_code, golongan_code, parse_nip

DATES = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), (0, 1, 2)),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})"), (2, 1, 0)),
)
TRUE = {"1", "ya", "y", "true", "benar", "yes"}
FALSE = {"0", "tidak", "t", "false", "salah", "no"}
ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
Reader = Callable[[Any], Any]


def is_blank(cell: Any) -> bool:
    """Nothing, spaces, or the dash and NULL that exports write for nothing."""
    return cell is None or (isinstance(cell, str) and cell.strip() in ("", "-", "NULL", "null", "None"))


def refuse_formula(cell: Any) -> None:
    """Raises Invalid for a formula or for the error it ended in."""
    if isinstance(cell, str) and cell.startswith("=") and len(cell) > 1:
        raise Invalid("a formula: copy the column and paste it as values")
    if isinstance(cell, str) and cell.strip() in ERRORS:
        raise Invalid("the error of a formula: put the value there")


@cache
def reader(kind: str) -> Reader:
    """The function that reads cells of a kind: text, nip, date, month, number, yes, grade, ..."""
    name, _, argument = kind.partition(":")
    if name == "code":
        return _code_reader(getattr(codes, argument))
    simple: Mapping[str, Reader] = {
        "text": text,
        "nip": lambda cell: parse_nip(cell).value,
        "nik": _nik,
        "date": _date,
        "month": _month,
        "integer": _integer,
        "number": _number,
        "yes": _yes,
        "grade": lambda cell: golongan_code(text(cell)),
        "echelon": lambda cell: eselon_code(text(cell)),
        "email": _email,
        "sha256": _sha256,
    }
    return simple[name]


def text(cell: Any) -> str:
    """Text without spaces around and within doubled; a whole number without its `.0`."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).replace("\xa0", " ").split())


def _date(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)) and 1 <= cell < 80_000:
        converted = from_excel(cell)
        return converted.date() if isinstance(converted, datetime) else _refuse_date()
    written = str(cell).strip().split("T")[0].split(" ")[0]
    for pattern, (year, month, day) in DATES:
        if match := pattern.fullmatch(written):
            parts = match.groups()
            try:
                return date(int(parts[year]), int(parts[month]), int(parts[day]))
            except ValueError:
                break
    return _refuse_date()


def _refuse_date() -> date:
    raise Invalid("a date is dd-mm-yyyy or yyyy-mm-dd, and a day that exists")


def _month(cell: Any) -> date:
    if isinstance(cell, str) and (match := re.fullmatch(r"(\d{4})-(\d{1,2})", cell.strip())):
        cell = f"{match[1]}-{match[2]}-1"
    try:
        return _date(cell).replace(day=1)
    except Invalid:
        raise Invalid("a month is yyyy-mm, or any date in it") from None


def _integer(cell: Any) -> int:
    number = _number(cell)
    if not number.is_integer():
        raise Invalid("a whole number")
    return int(number)


def _number(cell: Any) -> float:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    written = str(cell).replace("\xa0", "").replace(" ", "")
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?", written) or "," in written:
        written = written.replace(".", "").replace(",", ".")
    try:
        number = float(written)
    except ValueError:
        raise Invalid("a number, such as 12 or 12,5") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise Invalid("a number, such as 12 or 12,5")
    return number


def _yes(cell: Any) -> bool:
    written = text(cell).lower()
    if written in TRUE:
        return True
    if written in FALSE:
        return False
    raise Invalid("ya or tidak")


def _nik(cell: Any) -> str:
    written = text(cell).replace(" ", "").removeprefix("'")
    if isinstance(cell, float) or SCIENTIFIC.fullmatch(written):
        raise Invalid(
            "the spreadsheet made a number of it and rounded it: set the column to Text and export again"
        )
    if not (written.isascii() and written.isdigit() and len(written) == 16):
        raise Invalid("a NIK has 16 digits")
    return written


def _email(cell: Any) -> str:
    written = text(cell)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", written):
        raise Invalid("an e-mail address, such as nama@kota.go.id")
    return written


def _sha256(cell: Any) -> str:
    written = text(cell).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", written):
        raise Invalid("a SHA-256 has 64 characters 0-9, a-f")
    return written


def _code_reader(listed: Any) -> Reader:
    """Reads a code of a list, also by its Indonesian label, or with a zero lost by the spreadsheet."""
    entries = listed if isinstance(listed, Mapping) else {code: code for code in listed}
    labels = {code: label if isinstance(label, str) else label[0] for code, label in entries.items()}
    known: dict[str, Any] = {}
    for code, label in labels.items():
        known[label.lower()] = code
    for code in labels:
        known[str(code).lstrip("0").lower() or "0"] = code
        known[str(code).lower()] = code
    shown = ", ".join(
        f"{code} {label}" if str(code) != label else str(code) for code, label in labels.items()
    )

    def read(cell: Any) -> Any:
        try:
            return known[text(cell).lower()]
        except KeyError:
            raise Invalid(f"one of: {shown}") from None

    return read

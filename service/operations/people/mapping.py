"""Which column of a file is which column of a table: config/import/<kind>.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from service.db import people as tables
from service.db.base import Base
from service.operations.people.sheets import Unreadable
from service.operations.people.values import is_blank, reader
from service.settings import BadSetting, shipped

MODELS: Mapping[str, type[Base]] = {
    "units": tables.Unit,
    "positions": tables.Position,
    "employees": tables.Employee,
    "standards": tables.CompetencyStandard,
    "competencies": tables.EmployeeCompetency,
    "performance": tables.Performance,
    "talent": tables.Talent,
    "workload": tables.Workload,
    "complaints": tables.Complaint,
    "satisfaction": tables.Satisfaction,
    "aspirations": tables.Aspiration,
    "history": tables.PositionHistory,
    "discipline": tables.Discipline,
    "documents": tables.EmployeeDocument,
}


@dataclass(frozen=True, slots=True)
class Column:
    """How a column is found and read. `values` are words that stand for others (`L` for `1`)."""

    name: str
    aliases: tuple[str, ...]
    type: str = "text"
    required: bool = False
    default: Any = None
    refers_to: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None

    @property
    def shown(self) -> str:
        return self.aliases[0]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: its table, the columns that make it the same record, where the columns come from."""

    name: str
    model: type[Base]
    key: tuple[str, ...]
    columns: Mapping[str, Column]

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns.values() if column.required)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: which cell holds which column, and what is not used."""

    row: int
    places: Mapping[str, int]
    titles: Mapping[int, str]
    ignored: tuple[str, ...]


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds, read once. Raises BadSetting where a file of config/import is wrong."""
    return {name: read_kind(shipped("config") / "import" / f"{name}.toml", name) for name in MODELS}


def read_kind(path: Path, name: str) -> Kind:
    """A kind from its file. Every column must be one of the table's and have a type that exists."""
    model = MODELS[name]
    known = {column.name for column in model.__table__.columns}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        columns: dict[str, Column] = {}
        for column, entry in entries["columns"].items():
            if column not in known:
                raise BadSetting(f"{path}: the table has no column {column}")
            made = Column(name=column, aliases=tuple(entry.pop("aliases")), **entry)
            reader(made.type)
            columns[column] = made
        key = tuple(entries["key"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BadSetting(f"{path}: {error}") from error
    if missing := [column for column in key if column not in columns]:
        raise BadSetting(f"{path}: the key names {', '.join(missing)}, which is no column here")
    return Kind(name, model, key, columns)


def match_header(kind: Kind, row: int, cells: Sequence[Any]) -> Header | None:
    """The header in a row, or None when a required column is not among its cells."""
    titles = {place: str(cell).strip() for place, cell in enumerate(cells) if not is_blank(cell)}
    written: dict[str, int] = {}
    for place, title in titles.items():
        written.setdefault(_plain(title), place)
    places: dict[str, int] = {}
    for column in kind.columns.values():
        found = next((written[_plain(alias)] for alias in column.aliases if _plain(alias) in written), None)
        if found is not None:
            places[column.name] = found
        elif column.required:
            return None
    used = set(places.values())
    return Header(row, places, titles, tuple(title for place, title in titles.items() if place not in used))


def detect(rows: Sequence[tuple[int, Sequence[Any]]]) -> Kind | None:
    """The kind whose header is among the rows; of several, the one that uses most columns."""
    best: tuple[int, Kind] | None = None
    for kind in kinds().values():
        for number, cells in rows:
            header = match_header(kind, number, cells)
            if header and (best is None or len(header.places) > best[0]):
                best = (len(header.places), kind)
    return best[1] if best else None


def explain_missing(kind: Kind, sheet: str, rows: Sequence[tuple[int, Sequence[Any]]]) -> Unreadable:
    """What a sheet lacks to be of a kind: names the row that comes nearest, and what its titles should be."""

    def missing(cells: Sequence[Any]) -> list[Column]:
        written = {_plain(str(cell)) for cell in cells if not is_blank(cell)}
        return [c for c in kind.required if not any(_plain(alias) in written for alias in c.aliases)]

    filled = [(number, cells) for number, cells in rows if any(not is_blank(cell) for cell in cells)]
    if not filled:
        return Unreadable(f'sheet "{sheet}" is empty')
    number, cells = min(filled, key=lambda row: len(missing(row[1])))
    wanted = "; ".join(" or ".join(column.aliases[:3]) for column in missing(cells))
    return Unreadable(
        f'sheet "{sheet}": no row has the column titles of {kind.name}. Row {number} comes nearest and '
        f"lacks: {wanted}. Titles must be in one row, each in a cell of its own (not merged). "
        f"config/import/{kind.name}.toml lists the names that are known"
    )


def refuse_untitled(header: Header, sheet: str, row: int, cells: Sequence[Any]) -> None:
    """Raises Unreadable for a value under no title: a merged or empty header would lose it silently."""
    for place, cell in enumerate(cells):
        if place not in header.titles and not is_blank(cell):
            letter = get_column_letter(place + 1)
            raise Unreadable(
                f'sheet "{sheet}": column {letter} has values (row {row}: {str(cell)[:40]!r}) but no title '
                f"in row {header.row}: is the title merged with its neighbour? "
                "Give every column a title of its own, or delete the column"
            )


def _plain(title: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", title.upper())

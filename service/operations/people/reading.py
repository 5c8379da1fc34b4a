"""A file becomes checked rows of one kind, without looking at the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlalchemy import String

from service.domain.errors import Invalid
from service.operations.people import completing
from service.operations.people.mapping import (
    Column,
    Header,
    Kind,
    detect,
    explain_missing,
    kinds,
    match_header,
    refuse_untitled,
)
from service.operations.people.sheets import Progress, Sheet, Unreadable, open_sheet
from service.operations.people.values import Reader, is_blank, reader, refuse_formula, text

ROWS_SEARCHED_FOR_HEADER = 15
MAX_PROBLEMS = 1_000


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that cannot be taken: where it is, what it holds, and what would be right."""

    sheet: str
    row: int
    column: str
    value: str
    right: str

    def __str__(self) -> str:
        return f"{self.sheet}, row {self.row}, {self.column}: {self.value!r} - {self.right}"


@dataclass(slots=True)
class Reading:
    """What a file says. `rows`: complete rows with the number of their line; `columns`: those of the file."""

    source: str
    sheet: str
    kind: Kind
    columns: tuple[str, ...]
    titles: Mapping[str, str]
    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    more_problems: int = 0

    def wrong(self, row: int, column: str, value: Any, right: str) -> None:
        """Note a problem; after the first thousand only count them."""
        if len(self.problems) >= MAX_PROBLEMS:
            self.more_problems += 1
            return
        shown = "" if value is None else str(value)[:80]
        self.problems.append(Problem(self.sheet, row, self.titles.get(column, column), shown, right))

    def odd(self, row: int, column: str, value: Any, note: str) -> None:
        """Note what is taken all the same."""
        if len(self.warnings) < MAX_PROBLEMS:
            shown = "" if value is None else str(value)[:80]
            self.warnings.append(Problem(self.sheet, row, self.titles.get(column, column), shown, note))


def read_file(
    path: Path, kind: str = "auto", sheet: str | None = None, progress: Progress | None = None
) -> Reading:
    """Read and check a file. Raises Unreadable when the file, sheet or header cannot be used at all."""
    if kind != "auto" and kind not in kinds():
        raise Unreadable(f"there is no kind {kind}; there are: auto, {', '.join(kinds())}")
    opened = open_sheet(path, sheet, progress)
    first = list(islice(opened.rows, ROWS_SEARCHED_FOR_HEADER))
    wanted = detect(first) if kind == "auto" else kinds()[kind]
    if wanted is None:
        raise _unknown(opened, first)
    header = next((found for row in first if (found := match_header(wanted, *row))), None)
    if header is None:
        raise explain_missing(wanted, opened.name, first)
    reading = Reading(
        source=path.name,
        sheet=opened.name,
        kind=wanted,
        columns=tuple(header.places),
        titles={name: header.titles[place] for name, place in header.places.items()},
        ignored=header.ignored,
    )
    _read_rows(reading, header, chain((row for row in first if row[0] > header.row), opened.rows))
    return reading


def _unknown(opened: Sheet, first: Sequence[tuple[int, Sequence[Any]]]) -> Unreadable:
    others = (
        f"; other sheets: {', '.join(n for n in opened.sheets if n != opened.name)}"
        if opened.sheets[1:]
        else ""
    )
    if not any(not is_blank(cell) for _, cells in first for cell in cells):
        return Unreadable(f'sheet "{opened.name}" is empty{others}')
    return Unreadable(
        f'sheet "{opened.name}": no row among the first {ROWS_SEARCHED_FOR_HEADER} has the column titles '
        f"of a kind that can be imported. Name the kind with --kind to hear what it lacks{others}"
    )


def _read_rows(reading: Reading, header: Header, source: Iterator[tuple[int, Sequence[Any]]]) -> None:
    kind = reading.kind
    columns = [(kind.columns[name], place) for name, place in header.places.items()]
    readers = {column.name: _column_reader(kind, column) for column in kind.columns.values()}
    defaults = {c.name: c.default for c in kind.columns.values() if c.default is not None}
    seen: dict[tuple[Any, ...], int] = {}
    width = max(header.titles) + 1
    for number, cells in source:
        if all(is_blank(cell) for cell in cells):
            continue
        if len(cells) > width or len(header.titles) < width:
            refuse_untitled(header, reading.sheet, number, cells)
        row = _read_row(reading, number, cells, columns, readers, defaults)
        if row is None:
            continue
        key = tuple(row[name] for name in kind.key)
        if key in seen:
            reading.wrong(
                number, kind.key[0], key[0], f"one row each; row {seen[key]} is the same {kind.name} record"
            )
            continue
        seen[key] = number
        reading.rows.append((number, row))
    if not reading.rows and not reading.problems:
        raise Unreadable(f'sheet "{reading.sheet}" has column titles and no rows under them')


def _read_row(
    reading: Reading,
    number: int,
    cells: Sequence[Any],
    columns: Sequence[tuple[Column, int]],
    readers: Mapping[str, Reader],
    defaults: Mapping[str, Any],
) -> dict[str, Any] | None:
    given = {column.name: cells[place] if place < len(cells) else None for column, place in columns}
    completing.prepare(reading.kind.name, given)
    row: dict[str, Any] = dict(defaults)
    sound = True
    for name, cell in given.items():
        column = reading.kind.columns[name]
        try:
            refuse_formula(cell)
            if is_blank(cell):
                if column.required:
                    raise Invalid(f"a value: {column.shown} must be filled in")
                row[name] = column.default
            else:
                row[name] = readers[name](cell)
        except Invalid as error:
            reading.wrong(number, name, cell, str(error))
            sound = False
    if not sound:
        return None
    checked = completing.complete(reading.kind.name, row)
    for name, note in checked.odd:
        reading.odd(number, name, given.get(name), note)
    for name, right in checked.wrong:
        reading.wrong(number, name, given.get(name), right)
    return None if checked.wrong else row


def _column_reader(kind: Kind, column: Column) -> Reader:
    """The reader of a column's type, with its other words, its bounds and the length the table allows."""
    read = reader(column.type)
    words = {word.lower(): code for word, code in column.values.items()}
    stored = kind.model.__table__.c[column.name].type
    longest = stored.length if isinstance(stored, String) else None

    def read_cell(cell: Any) -> Any:
        if words and (word := text(cell).lower()) in words:
            cell = words[word]
            if cell == "":
                return column.default
        value = read(cell)
        if (column.low is not None and value < column.low) or (
            column.high is not None and value > column.high
        ):
            bounds = (
                f"{column.low:g} to {column.high:g}"
                if column.high is not None
                else f"at least {column.low:g}"
            )
            raise Invalid(f"a number, {bounds}")
        if longest and isinstance(value, str) and len(value) > longest:
            raise Invalid(f"at most {longest} characters, this has {len(value)}")
        return value

    return read_cell

"""Tables as files, row by row: CSV for Excel in Indonesia (`;`) or elsewhere (`,`), and XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice, zip_longest
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Response, request, stream_with_context
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from service.domain.tables import Cell, plain

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SEPARATORS = {"semicolon": ";", "comma": ","}
IN_MEMORY = 4 << 20
CHUNK = 1 << 16
WIDEST = 48
NARROWEST = 10
MEASURED = 100

Row = Sequence[Cell]
Rows = Iterator[list[Cell]]


def csv_answer(name: str, rows: Iterable[Row]) -> Response:
    """A CSV file to be kept, with the separator that the request asks for (`;` else). An iterator is read as it is sent."""
    separator = SEPARATORS.get(request.args.get("separator", ""), ";")
    body = csv_of(rows, separator)
    whole = body if isinstance(rows, Iterator) else b"".join(body)
    return file_answer(f"{name}.csv", whole, "text/csv; charset=utf-8")


def file_answer(name: str, body: bytes | Iterator[bytes], media_type: str) -> Response:
    """A file to be kept by whoever asked for it, and by nothing on the way."""
    sent = body if isinstance(body, bytes) else stream_with_context(body)
    answer = Response(sent, content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def csv_of(rows: Iterable[Row], separator: str) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, days in ISO 8601, a row at a time."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, delimiter=separator)
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow(["" if value is None else plain(value) for value in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def xlsx_of(rows: Iterable[Row], name: str) -> Iterator[bytes]:
    """A workbook of one sheet with a head that stays; days are days, and no text is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    todo = iter(rows)
    head = next(todo, ())
    first = list(islice(todo, MEASURED))
    for number, width in enumerate(_widths([head, *first]), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_cell(sheet, title, bold=True) for title in head])
    for row in chain(first, todo):
        sheet.append([_cell(sheet, value) for value in row])
    with SpooledTemporaryFile(IN_MEMORY) as file:
        book.save(cast(IO[bytes], file))
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _widths(rows: Sequence[Row]) -> list[int]:
    """A width for each column: what stands in it first can be read."""
    texts = [[str(plain(value)) for value in row] for row in rows]
    columns = zip_longest(*texts, fillvalue="")
    return [min(max(max(map(len, column)) + 3, NARROWEST), WIDEST) for column in columns]


def _cell(sheet: Any, value: Cell, *, bold: bool = False) -> Any:
    shown = plain(value)
    if isinstance(shown, str):
        shown = ILLEGAL_CHARACTERS_RE.sub("", shown)
    cell = WriteOnlyCell(sheet, value=shown)  # type: ignore[arg-type] # a day is written as well
    if isinstance(value, str):
        cell.data_type = "s"
    if isinstance(value, date):
        cell.number_format = "d mmm yyyy"
    if bold:
        cell.font = Font(bold=True)
    return cell

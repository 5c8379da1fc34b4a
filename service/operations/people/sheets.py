"""Rows of a file, whether XLSX or CSV. What cannot be read is refused with the reason and the way out."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from lxml.etree import XMLSyntaxError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from service.domain.errors import MutasiError

MAX_BYTES = 200 * 1024**2
MAX_UNPACKED_BYTES = 800 * 1024**2
MAX_RATIO = 250
ROWS_BETWEEN_PROGRESS = 500
DELIMITERS = ",;\t|"

Cells = Sequence[Any]
Progress = Callable[[int, int | None], None]


class Unreadable(MutasiError):
    """The file, its sheet or its header cannot be used; nothing was looked at further."""

    code = "unreadable"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its rows as (row number from 1, cells), read once. `sheets` are the names in the file."""

    name: str
    rows: Iterator[tuple[int, Cells]]
    sheets: tuple[str, ...]


def open_sheet(path: Path, sheet: str | None = None, progress: Progress | None = None) -> Sheet:
    """The rows of a sheet of an XLSX file (the first, unless named) or of a CSV file. Raises Unreadable."""
    if not path.is_file():
        raise Unreadable(f"{path}: there is no such file")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Unreadable(
            f"{path.name} has {size / 1024**2:,.0f} MB; up to {MAX_BYTES // 1024**2} MB are read. "
            "Split it, or take out sheets and pictures that are not needed"
        )
    with path.open("rb") as stream:
        beginning = stream.read(8)
    if not beginning:
        raise Unreadable(f"{path.name} is empty")
    if beginning.startswith(b"PK\x03\x04"):
        return _open_workbook(path, sheet, progress)
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            f"{path.name} is an old .xls workbook or has a password: save it as .xlsx without a password"
        )
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        raise Unreadable(
            f"{path.name} is not a workbook, whatever its name says: export it again as .xlsx or .csv"
        )
    if sheet:
        raise Unreadable(f"{path.name} is a CSV file and has no sheets; leave --sheet out")
    return _open_csv(path, progress)


def _open_workbook(path: Path, wanted: str | None, progress: Progress | None) -> Sheet:
    _refuse_bomb(path)
    try:
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        ParseError,
        XMLSyntaxError,
    ) as error:
        raise Unreadable(f"{path.name} is not a workbook that can be read ({_short(error)})") from error
    names = tuple(book.sheetnames)
    if wanted and wanted not in names:
        raise Unreadable(f'{path.name} has no sheet "{wanted}"; it has: {", ".join(names)}')
    sheet = book[wanted or names[0]]
    if not hasattr(sheet, "iter_rows"):
        raise Unreadable(f'"{sheet.title}" is a chart, not a sheet with rows; it has: {", ".join(names)}')
    total = sheet.max_row
    # Some exporters declare one cell as the size of the sheet; then only that would be read.
    sheet.reset_dimensions()

    def rows() -> Iterator[tuple[int, Cells]]:
        try:
            yield from enumerate(sheet.iter_rows(values_only=True), start=1)
        except (zipfile.BadZipFile, KeyError, ValueError, ParseError, XMLSyntaxError) as error:
            raise Unreadable(f"{path.name} is damaged ({_short(error)}); export it again") from error
        finally:
            book.close()

    return Sheet(sheet.title, _counted(rows(), total, progress), names)


def _refuse_bomb(path: Path) -> None:
    """A small file that unpacks to a huge one is refused before it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Unreadable(f"{path.name} is damaged ({_short(error)}); export it again") from error
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > 20 * 1024**2 and unpacked / packed > MAX_RATIO):
        raise Unreadable(
            f"{path.name} would unpack from {packed / 1024**2:,.1f} to {unpacked / 1024**2:,.0f} MB, "
            "as no plain table does; export it again without formatting of whole columns"
        )
    if not any(member.filename == "[Content_Types].xml" for member in members):
        raise Unreadable(f"{path.name} is a ZIP archive, not a workbook")


def _open_csv(path: Path, progress: Progress | None) -> Sheet:
    text = _decode(path.name, path.read_bytes())
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)

    def rows() -> Iterator[tuple[int, Cells]]:
        try:
            while (cells := next(reader, None)) is not None:
                yield reader.line_num, cells
        except csv.Error as error:
            raise Unreadable(f"{path.name}, line {reader.line_num}: {error}") from error

    return Sheet(path.name, _counted(rows(), text.count("\n") + 1, progress), (path.name,))


def _decode(name: str, content: bytes) -> str:
    """UTF-8, else Windows-1252, else UTF-16 with its mark; a mixture is refused with a line of each kind."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Unreadable(f"{name} is damaged UTF-16; export it again as UTF-8") from error
    if b"\0" in content:
        raise Unreadable(f"{name} is not a text file: export it as CSV (UTF-8) or XLSX")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    one_byte = unicode_line = 0
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            unicode_line = unicode_line or number
        except UnicodeDecodeError:
            one_byte = one_byte or number
    if unicode_line:
        raise Unreadable(
            f"{name} mixes encodings: line {unicode_line} is UTF-8, line {one_byte} is Windows-1252. "
            "Open it in the source program and export it as CSV UTF-8"
        )
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{name}, line {one_byte}: neither UTF-8 nor Windows-1252. Export it as CSV UTF-8"
        ) from error


def _counted(
    rows: Iterable[tuple[int, Cells]], total: int | None, progress: Progress | None
) -> Iterator[tuple[int, Cells]]:
    for number, cells in rows:
        if progress and number % ROWS_BETWEEN_PROGRESS == 0:
            progress(number, total)
        yield number, cells


def _short(error: BaseException) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__

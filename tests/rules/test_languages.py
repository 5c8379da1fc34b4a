"""What the shipped decision tables say in words, they say in Indonesian and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from lxml import etree

from service.domain.rules import TITLES
from service.engine.xml import MUTASI
from service.settings import shipped

DMN = {"dmn": "https://www.omg.org/spec/DMN/20191111/MODEL/"}
WORDS = ("pesan", "judul")
"""Outputs that people read."""

TABLES = {
    table.getparent().get("id"): table
    for path in sorted(shipped("workflows").glob("*.dmn"))
    for table in etree.fromstring(path.read_bytes()).iterfind(".//dmn:decisionTable", DMN)
}


def said(table: etree._Element) -> Iterator[tuple[str, str, str]]:
    """(row, Indonesian, English) of every cell that people read."""
    outputs = [output.get("name") for output in table.iterfind("dmn:output", DMN)]
    for name in set(WORDS) & set(outputs):
        here, there = outputs.index(name), outputs.index(f"{name}_en")
        for row in table.iterfind("dmn:rule", DMN):
            cells = [cell.findtext("dmn:text", "", DMN) for cell in row.iterfind("dmn:outputEntry", DMN)]
            yield row.get("id"), cells[here], cells[there]


def values(cell: str) -> list[str]:
    """The expressions between the texts of a cell."""
    return sorted(part.strip() for part in re.sub(r'"[^"]*"', "", cell).split("+") if part.strip())


def numbers(cell: str) -> list[str]:
    """The figures within the texts of a cell."""
    return sorted(re.findall(r"\d+", " ".join(re.findall(r'"[^"]*"', cell))))


def test_every_rule_speaks_in_both_languages() -> None:
    for rule in TITLES:
        names = [output.get("name") for output in TABLES[rule].iterfind("dmn:output", DMN)]
        assert names[names.index("pesan") + 1] == "pesan_en", rule


@pytest.mark.parametrize("table", TABLES)
def test_every_row_says_the_same_in_both_languages(table: str) -> None:
    for row, indonesian, english in said(TABLES[table]):
        assert re.search(r'"[^"]*[a-z][^"]*"', english), row
        assert english != indonesian, row
        assert values(english) == values(indonesian), row
        assert numbers(english) == numbers(indonesian), row


@pytest.mark.parametrize("table", TABLES)
def test_every_column_that_is_looked_at_is_named_in_both_languages(table: str) -> None:
    for column in TABLES[table].iterfind("dmn:input", DMN):
        assert column.get("label"), column.get("id")
        assert column.get(f"{{{MUTASI}}}labelEn"), column.get("id")

"""Every sentence of the pages has an Indonesian one, and the catalogue holds nothing that no page says."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "service" / "web" / "translations" / "id" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
PLACES = re.compile(r"%\((\w+)\)[sd]")


def said() -> set[str]:
    """The msgids of pages, templates and the forms' messages; of a plural the singular."""
    found = set()
    for folder in ("service/web", "service/domain"):
        for _, _, message, _, _ in extract_from_dir(str(ROOT / folder), METHODS, keywords=KEYWORDS):
            found.add(message if isinstance(message, str) else message[0])
    return found


def indonesian() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="id")


def texts(value: object) -> list[str]:
    return [str(part) for part in (value if isinstance(value, (list, tuple)) else [value])]


def test_no_sentence_lacks_its_indonesian() -> None:
    translated = {
        texts(entry.id)[0]
        for entry in indonesian()
        if entry.id and all(texts(entry.string)) and not entry.fuzzy
    }
    assert said() - translated == set()


def test_the_catalogue_holds_nothing_that_is_not_said() -> None:
    assert {texts(entry.id)[0] for entry in indonesian() if entry.id} - said() == set()


def test_a_translation_fills_the_same_places() -> None:
    for entry in indonesian():
        if entry.id:
            wanted = set(PLACES.findall(texts(entry.id)[0]))
            assert all(set(PLACES.findall(text)) == wanted for text in texts(entry.string)), entry.id


def test_business_refusals_are_marked_for_translation() -> None:
    """A sentence that the pages listen for must still be said by the layers below."""
    from service.web.wording import REFUSALS

    layers = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("operations", "db", "web", "domain")
        for path in (ROOT / "service" / folder).rglob("*.py")
        if path.name != "wording.py"
    )
    assert [sentence for sentence in REFUSALS if f'"{sentence}"' not in layers] == []

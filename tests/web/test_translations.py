"""Every sentence of the pages has an Indonesian one, and the catalogue holds nothing that no page says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "service" / "web" / "translations" / "id" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "Message": None}
REFUSING = {
    "BadCredentials",
    "Conflict",
    "Invalid",
    "InvalidForm",
    "NotAllowed",
    "NotFound",
    "Refused",
    "Stale",
    "Suspended",
    "TooManyAttempts",
}
PROGRAMS_ONLY = {
    "demo",
    "external.py",
    "idempotency.py",
    "people",
    "rendering.py",
    "sample_clock.py",
    "task_filters.py",
}
"""What programs and the command line are told, in English."""
PLACES = re.compile(r"%\((\w+)\)[sd]")


def said() -> set[str]:
    """The msgids of pages, templates, the forms' messages and refusals; of a plural the singular."""
    found = set()
    for folder in (
        "service/web",
        "service/domain",
        "service/engine",
        "service/operations",
        "service/db/queries",
    ):
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


def refusals(source: str) -> Iterator[ast.expr]:
    """What the errors that a module raises say: the sentence, and the messages of fields."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in REFUSING:
            fields = [part for part in call.args[1:] if isinstance(part, ast.Dict)]
            yield from [call.args[0], *(value for part in fields for value in part.values)]


def test_whatever_is_refused_is_said_in_the_readers_language() -> None:
    """A sentence with values is a Message, so that it can be translated before it is filled."""
    known = {texts(entry.id)[0] for entry in indonesian() if entry.id}
    unsaid = []
    for folder in ("operations", "db/queries", "web"):
        for path in (ROOT / "service" / folder).rglob("*.py"):
            if PROGRAMS_ONLY & set(path.parts):
                continue
            for said_there in refusals(path.read_text(encoding="utf-8")):
                built = isinstance(said_there, ast.JoinedStr) and any(
                    isinstance(part, ast.Constant) and re.search(r"\w", part.value)
                    for part in said_there.values
                )
                plain = isinstance(said_there, ast.Constant) and isinstance(said_there.value, str)
                if built or (plain and said_there.value not in known):  # type: ignore[attr-defined]
                    unsaid.append(f"{path.relative_to(ROOT)}:{said_there.lineno}: {ast.unparse(said_there)}")
    assert unsaid == []

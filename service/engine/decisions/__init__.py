"""DMN decisions (OMG DMN 1.1 to 1.5) evaluated on our FEEL: tables of all hit policies, boxed expressions, graphs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from service.domain.wording import Message
from service.engine.decisions.elements import InvalidDecision, children, parse
from service.engine.decisions.json_inputs import inputs_from_json
from service.engine.decisions.model import DecisionModel, DecisionResult, MatchedRule
from service.engine.decisions.reader import Reader
from service.engine.feel.errors import NESTED

__all__ = [
    "DecisionModel",
    "DecisionResult",
    "InvalidDecision",
    "MatchedRule",
    "check",
    "imported",
    "inputs_from_json",
    "load",
    "load_files",
]


def load(
    *files: bytes, strict: bool = True, functions: Mapping[str, Callable[..., Any]] | None = None
) -> DecisionModel:
    """Read the decisions of one or several files. Raises InvalidDecision with the element that is wrong.

    `functions`: further functions that expressions may call, by their FEEL names.

    Not `strict`: what the standard turns into a silent null is null, and an expression that cannot be read is
    null when it is evaluated.
    """
    try:
        return Reader([parse(content) for content in files], strict, functions or {}).model()
    except RecursionError as error:
        raise InvalidDecision(NESTED) from error


def load_files(path: Path, *, strict: bool = True) -> DecisionModel:
    """Read a file and the models beside it that it imports. Raises InvalidDecision and OSError."""
    content = path.read_bytes()
    beside = [file.read_bytes() for file in sorted(path.parent.glob("*.dmn")) if file != path]
    return load(content, *imported(content, beside), strict=strict)


def imported(content: bytes, others: Sequence[bytes]) -> list[bytes]:
    """Those of the other models that this one imports, directly or through others, by their namespaces."""
    available: dict[str | None, tuple[bytes, etree._Element]] = {}
    for other in others:
        with contextlib.suppress(InvalidDecision):
            root = parse(other)
            available.setdefault(root.get("namespace"), (other, root))
    found: list[bytes] = []
    waiting = [parse(content)]
    while waiting:
        for element in children(waiting.pop(), "import"):
            model = available.pop(element.get("namespace"), None)
            if model is not None:
                found.append(model[0])
                waiting.append(model[1])
    return found


def check(content: bytes, others: Sequence[bytes] = ()) -> list[tuple[str | None, Message, Message]]:
    """What is wrong with a model: (element id, message, mend). Empty when it can be evaluated.

    `others`: models among which those that it imports are looked for.
    """
    try:
        load(content, *imported(content, others))
    except InvalidDecision as error:
        return [(error.element, error.message, Message("Mend the expression or the reference."))]
    return []

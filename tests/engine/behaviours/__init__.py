"""What BPMN 2.0 asks of an engine, behaviour by behaviour: small diagrams, actions, and what must come of it."""

from __future__ import annotations

import json
import re
from typing import Any

from service.engine.steps import SourceFile
from service.engine.walking import Walked, walk
from tests.engine.behaviours.diagrams import file, process
from tests.engine.building import NOW, engine

Row = tuple[str, Any, str, str]
"""What it shows; the content of a process (or files); the actions; the trace: ids completed (sorted), arrow, outcome.

Actions: `a` completes a, `a{"x":1}` with data, `m:surat` sends a message, `s:lonjakan` a signal, `+P1D` moves the
clock, `{"x":1}` sets variables. A trace may end in `; x=1` for what is known at the end, `; !surat` for what was thrown.
"""


def actions_of(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part in text.split():
        if part.startswith("{"):
            found.append({"set": json.loads(part)})
        elif part.startswith("+"):
            found.append({"advance": part[1:]})
        elif match := re.fullmatch(r"([ms]):([\w.]+)(\{.*\})?", part):
            kind = {"m": "message", "s": "signal"}[match[1]]
            found.append({kind: match[2], "data": json.loads(match[3] or "{}")})
        elif match := re.fullmatch(r"(\w+)(\{.*\})?", part):
            found.append({"complete": match[1], "data": json.loads(match[2] or "{}")})
        else:
            raise AssertionError(part)
    return found


def files_of(content: Any) -> list[SourceFile]:
    if isinstance(content, str):
        return [file(process(content))]
    return list(content)


def walked(content: Any, actions: str) -> Walked:
    files = files_of(content)
    return walk(engine(), files, actions_of(actions), NOW, process="p")


def trace(result: Walked, wanted: str) -> str:
    """The walk as a trace, with as much behind the semicolon as is wanted."""
    parts = [f"{' '.join(sorted(result.completed))}→{result.outcome}"]
    if result.outcome == "refused" and "refused" not in wanted:
        return str([(one["element"], one["rule"], one["message"]) for one in result.findings])
    for part in wanted.split(";")[1:]:
        bare = part.strip()
        if bare.startswith("!"):
            parts.append("!" + ",".join(event["name"] for event in result.events))
        else:
            name = bare.partition("=")[0]
            parts.append(f"{name}={json.dumps(result.data.get(name), separators=(',', ':'))}")
    return "; ".join(parts)

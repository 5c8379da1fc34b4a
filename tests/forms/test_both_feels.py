"""What a form asks in the browser (feelin) and what the server answers (our FEEL) is the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.engine.runner import Engine
from tests.engine.building import NOW

ROOT = Path(__file__).parents[2]
PROGRAM = """
import { evaluate } from "@bpmn-io/feelin";
import { readFileSync } from "node:fs";
const asked = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map(([expression, context]) => evaluate(expression, context).value)));
"""
CONTEXTS: tuple[dict[str, Any], ...] = (
    {"a": 1, "b": 2.5, "s": "setuju", "l": [1, 2, 3], "c": {"x": 5}, "n": None, "t": True, "d": "2026-11-23"},
    {"a": -3, "b": 0.1, "s": "", "l": [], "c": {"x": 0}, "n": None, "t": False, "d": "2024-02-29"},
)
SHARED = (
    "a = 1", "a != 1", "a > 0 and t", "a > 0 or t", "not(t)", 's = "setuju"', 's != "tolak"', "n = null", "n != null",
    "if t then a else b", "a + b", "a * 2 - 1", "b >= 0.1", "a between 0 and 2", "a in [1..3]", 's in ("setuju", "tolak")',
    "count(l)", "count(l) > 2", "sum(l)", "some i in l satisfies i > 2", "every i in l satisfies i > 0", "l[item > 1]",
    "for i in l return i * 2", "c.x", "c.x > 3", "string length(s)", 'contains(s, "tuj")', 'starts with(s, "se")',
    "upper case(s)", "list contains(l, 2)", 'if s = "" then "kosong" else s', "abs(a)", "floor(b)", "l[1]", "l[-1]",
    'date(d) > date("2025-01-01")', "date(d).year", "string(a)", 'number("12")', "a = 1 = t",
)  # fmt: skip


def conditions() -> Iterator[tuple[str, dict[str, Any]]]:
    """The conditions of the shipped forms, each with what could be answered to it."""
    for path in sorted((ROOT / "forms").glob("*.json")):
        for component in json.loads(path.read_text())["components"]:
            rule = component.get("conditional", {}).get("hide", "")
            if rule.startswith("="):
                name = rule[1:].split()[0]
                texts = ("", "ya", "tidak", "setuju", "tolak", "kembalikan", "pegawai", None)
                for value in texts if '"' in rule else (True, False, None):
                    yield rule[1:], _nested(name, value)


def _nested(path: str, value: Any) -> dict[str, Any]:
    name, _, rest = path.partition(".")
    return {name: _nested(rest, value) if rest else value}


def test_both_answer_the_same() -> None:
    asked = [(text, context) for text in SHARED for context in CONTEXTS] + list(conditions())
    node = shutil.which("node") or str(Path(sys.executable).with_name("node"))
    done = subprocess.run(
        [node, "--input-type=module", "--eval", PROGRAM],
        cwd=ROOT / "frontend",
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    engine = Engine()
    ours = [engine.evaluate(text, context, NOW) for text, context in asked]
    theirs = json.loads(done.stdout)
    pairs = zip(asked, ours, theirs, strict=True)
    assert [(*one, mine, other) for one, mine, other in pairs if mine != other] == []
    assert len(list(conditions())) > 50

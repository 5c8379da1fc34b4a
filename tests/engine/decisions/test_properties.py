"""What holds for any table, and for any file that claims to be a model."""

from __future__ import annotations

import contextlib
import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from service.engine import decisions, feel
from tests.engine.decisions.test_decisions import decide, table

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FOLDER = Path(__file__).resolve().parents[3] / "workflows"
MODELS = [path.read_bytes() for path in sorted(FOLDER.glob("*.dmn"))]

rows = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 20)), min_size=1, max_size=8)


@given(rows, st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_the_policies_agree_with_each_other(pairs: list[tuple[int, int]], x: int) -> None:
    rules = [(f">= {low}", str(answer)) for low, answer in pairs]
    answers = [answer for low, answer in pairs if x >= low]
    order = ",".join(map(str, sorted({answer for _, answer in pairs}, reverse=True)))

    def by(policy: str, aggregation: str = "") -> Any:
        extra = f'aggregation="{aggregation}"' if aggregation else ""
        return decide(table(policy, rules, extra, order), x=x)

    assert by("RULE ORDER") == by("COLLECT") == answers
    assert by("OUTPUT ORDER") == sorted(answers, reverse=True)
    assert by("FIRST") == (answers[0] if answers else None)
    assert by("PRIORITY") == max(answers, default=None)
    assert by("COLLECT", "COUNT") == len(answers)
    assert by("COLLECT", "SUM") == (sum(answers) if answers else None)
    assert by("COLLECT", "MIN") == min(answers, default=None)
    assert by("COLLECT", "MAX") == max(answers, default=None)


TEXTS = ["x", '"a"', "1..", "[1, 2]", "", "-", "function(a) a", "for i in 1..3 return i", "?", "tFoo", "#x"]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_broken_model_is_refused_or_evaluated(data: st.DataObject) -> None:
    root = etree.fromstring(data.draw(st.sampled_from(MODELS)))
    for _ in range(data.draw(st.integers(1, 5))):
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        _break(data, elements)
    for strict in (True, False):
        with contextlib.suppress(decisions.InvalidDecision):
            model = decisions.load(etree.tostring(root), strict=strict)
            for name in model.decisions[:5]:
                with contextlib.suppress(feel.FeelError):
                    model.evaluate(name, dict.fromkeys(model.inputs, 1), now=NOW)


def _break(data: st.DataObject, elements: list[Any]) -> None:
    element, other = (elements[data.draw(st.integers(0, len(elements) - 1))] for _ in range(2))
    text = data.draw(st.sampled_from(TEXTS))
    kind = data.draw(st.sampled_from(["remove", "write", "rename", "graft", "set"]))
    if kind == "remove" and element.getparent() is not None:
        element.getparent().remove(element)
    elif kind == "write":
        element.text = text
    elif kind == "rename":
        element.tag = other.tag
    elif kind == "graft" and len(list(other.iter())) < 100:
        element.append(copy.deepcopy(other))
    elif kind == "set":
        for name in list(element.attrib)[:2]:
            element.set(name, text)

"""Which answers of a form approve, reject or send back, and what they lack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.domain import decisions
from service.domain.decisions import Verdict
from service.domain.errors import InvalidForm
from service.engine.runner import Engine

FORMS = Path(__file__).parents[2] / "forms"
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def form(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FORMS / f"{name}.json").read_text())
    return found


def evaluate(expression: str, context: Mapping[str, Any]) -> Any:
    return Engine().evaluate(expression, context, NOW)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("keputusan_ppk", {"approve": "setuju", "reject": "tolak", "back": "kembalikan"}),
        ("persetujuan_pyb", {"approve": "setuju", "back": "kembalikan"}),
        ("sidang_tpk", {"approve": "setuju", "reject": "tolak", "back": "ubah"}),
        ("konsultasi", {"approve": "setuju", "reject": "tidak"}),
        ("jawab_keberatan", {"approve": "dikabulkan", "reject": "ditolak"}),
        ("tinjau_konsultasi", {"approve": "lanjut", "back": "revisi"}),
    ],
)
def test_the_shipped_decisions_are_recognised(name: str, expected: dict[str, str]) -> None:
    found = decisions.decision(form(name))
    assert found is not None
    assert {verdict: value for verdict, (value, _) in found.answers.items()} == expected


@pytest.mark.parametrize("name", ["aspirasi", "evaluasi_analis", "analisis_kebutuhan", "tindak_lanjut"])
def test_a_question_is_no_decision(name: str) -> None:
    assert decisions.decision(form(name)) is None
    with pytest.raises(InvalidForm):
        decisions.decided(form(name), {}, "approve", "", evaluate)


def test_a_form_may_say_itself_which_answers_decide() -> None:
    field = {
        "type": "radio",
        "key": "hasil",
        "validate": {"required": True},
        "values": [{"value": "A", "label": "Naik"}, {"value": "B", "label": "Turun"}],
        "properties": {"approve": "A", "back": "B", "reject": "C"},
    }
    found = decisions.decision({"components": [field]})
    assert found is not None
    assert found.answers == {"approve": ("A", "Naik"), "back": ("B", "Turun")}


@pytest.mark.parametrize(
    ("name", "verdict", "reason", "answers", "lacks"),
    [
        ("persetujuan_pyb", "approve", "", {"putusan_pyb": "setuju"}, []),
        ("persetujuan_pyb", "back", "", {"putusan_pyb": "kembalikan"}, ["alasan_pyb"]),
        ("persetujuan_pyb", "back", "Kurang", {"putusan_pyb": "kembalikan", "alasan_pyb": "Kurang"}, []),
        ("keputusan_ppk", "approve", "", {"putusan_ppk": "setuju"}, ["sk_tgl", "sk_tmt"]),
        ("keputusan_ppk", "reject", " ", {"putusan_ppk": "tolak"}, ["alasan_ppk"]),
        ("sidang_tpk", "reject", "Belum", {"putusan_tpk": "tolak", "alasan_tpk": "Belum"}, []),
        ("tinjau_konsultasi", "back", "", {"lanjut": "revisi"}, ["tanggapan"]),
        ("tinjau_konsultasi", "back", "Ulangi", {"lanjut": "revisi", "tanggapan": "Ulangi"}, []),
    ],
)
def test_what_is_answered_and_what_is_missing(
    name: str, verdict: Verdict, reason: str, answers: dict[str, str], lacks: list[str]
) -> None:
    values, missing = decisions.decided(form(name), {}, verdict, reason, evaluate)
    assert (values, [field.key for field in missing]) == (answers, lacks)


def test_a_rejection_without_a_place_for_the_reason_is_left_to_the_form() -> None:
    values = [{"value": value, "label": value} for value in ("setuju", "tolak")]
    field = {"type": "radio", "key": "hasil", "validate": {"required": True}, "values": values}
    _, missing = decisions.decided({"components": [field]}, {}, "reject", "Karena", evaluate)
    assert [lack.text for lack in missing] == [False]

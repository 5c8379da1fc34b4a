"""Stored snapshots of earlier releases can be read for ever: one sample per version, never changed."""

from pathlib import Path

import orjson
import pytest

from service.domain.errors import Incident
from service.engine.steps import Bundle, SourceFile
from tests.engine.building import NOW, engine

HERE = Path(__file__).parent / "snapshots"


def test_version_1_goes_on_where_it_stood() -> None:
    source = SourceFile("contoh.bpmn", (HERE / "contoh.bpmn").read_bytes())
    definition = engine().definition(Bundle("contoh", (source,)))
    snapshot = (HERE / "v1.json").read_bytes()
    step = engine().wake(definition, snapshot, NOW)
    assert [(task.element, task.path, task.unit) for task in step.open] == [
        ("catat", (), None),
        ("nilai", ("tahap",), "U1"),
        ("nilai", ("tahap",), "U2"),
    ]
    while step.open:
        task = step.open[0]
        step = engine().complete(definition, step.snapshot, task.key, {"jawaban": task.unit}, NOW)
    assert step.status == "completed"
    data = engine().case_data(definition, step.snapshot)
    assert data["hasil"] == [{"jawaban": "U1"}, {"jawaban": "U2"}]
    assert (data["tanggal"], data["jumlah"]) == ("2026-03-31", 0.1)


def test_version_2_goes_on_where_it_stood() -> None:
    source = SourceFile("contoh2.bpmn", (HERE / "contoh2.bpmn").read_bytes())
    definition = engine().definition(Bundle("contoh2", (source,)))
    step = engine().wake(definition, (HERE / "v2.json").read_bytes(), NOW)
    assert sorted(task.element for task in step.open) == ["b", "h", "undo"]
    step = engine().signal(definition, step.snapshot, "lonjakan", {}, NOW)  # the second of two triggers
    step = engine().assign(definition, step.snapshot, {"n": 1}, NOW)  # what the condition waits for
    completed = [event.element for event in step.events if event.kind == "element_completed"]
    while step.open:
        step = engine().complete(definition, step.snapshot, step.open[0].key, {}, NOW)
        completed += [event.element for event in step.events if event.kind == "element_completed"]
    assert (step.status, {"w", "undo", "t", "z", "h", "b"} - set(completed)) == ("completed", set())


def test_a_snapshot_of_a_later_release_is_refused() -> None:
    source = SourceFile("contoh.bpmn", (HERE / "contoh.bpmn").read_bytes())
    definition = engine().definition(Bundle("contoh", (source,)))
    later = orjson.dumps({**orjson.loads((HERE / "v1.json").read_bytes()), "v": 3})
    with pytest.raises(Incident, match="version 3"):
        engine().wake(definition, later, NOW)

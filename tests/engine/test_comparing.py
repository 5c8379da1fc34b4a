"""What differs between two states of a diagram: timers, conditions and extensions count, drawing does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.engine.comparing import Change, compare
from service.engine.steps import SourceFile

WORKFLOWS = Path(__file__).parents[2] / "workflows"
APPROVAL = (WORKFLOWS / "approval.bpmn").read_text(encoding="utf-8")


def changes(before: str, after: str) -> list[Change]:
    return compare(
        [SourceFile("approval.bpmn", before.encode())], [SourceFile("approval.bpmn", after.encode())]
    )


def replaced(old: str, new: str) -> list[Change]:
    assert old in APPROVAL
    return changes(APPROVAL, APPROVAL.replace(old, new, 1))


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.bpmn")), ids=lambda path: path.stem)
def test_a_diagram_does_not_differ_from_itself(path: Path) -> None:
    file = SourceFile(path.name, path.read_bytes())
    assert compare([file], [file]) == []


def test_an_attribute_of_our_own_is_said_with_before_and_after() -> None:
    (change,) = replaced('mutasi:due="7"', 'mutasi:due="10"')
    assert (change.how, change.element, change.kind, change.name) == (
        "changed", "sidang_tpk", "userTask", "Sidang TPK",
    )  # fmt: skip
    (difference,) = change.differences
    assert (difference.what, difference.before, difference.after) == ("due", "7", "10")


def test_a_script_belongs_to_its_task() -> None:
    (change,) = replaced("putusan: null,", "putusan: 1,")
    assert (change.element, change.differences[0].what) == ("siapkan_persetujuan", "script")


def test_a_timer_belongs_to_its_event() -> None:
    (change,) = replaced("P15D", "P20D")
    assert (change.how, change.kind) == ("changed", "boundaryEvent")
    assert [difference.what for difference in change.differences] == ["timerEventDefinition.timeDuration"]


def test_what_is_new_and_what_is_gone() -> None:
    added = APPROVAL.replace(
        "</bpmn:process>", '<bpmn:userTask id="periksa_lagi" name="Periksa lagi" /></bpmn:process>', 1
    )
    (change,) = changes(APPROVAL, added)
    assert (change.how, change.element) == ("added", "periksa_lagi")
    (change,) = changes(added, APPROVAL)
    assert (change.how, change.name) == ("removed", "Periksa lagi")


def test_what_bpmn_means_anyway_is_no_change() -> None:
    assert replaced(' cancelActivity="true"', "") == []


def test_moving_a_box_is_one_remark_about_the_drawing() -> None:
    (change,) = replaced('<dc:Bounds x="', '<dc:Bounds x="1')
    assert (change.how, change.element) == ("layout", "")


def test_a_diagram_that_cannot_be_read_differs_in_nothing() -> None:
    assert changes(APPROVAL, APPROVAL[:-40]) == []


def test_a_flow_is_called_by_what_it_connects_and_so_are_its_ends() -> None:
    change = next(
        change
        for change in replaced(
            'id="siapkan_persetujuan__sidang_tpk" sourceRef="siapkan_persetujuan" targetRef="sidang_tpk"',
            'id="siapkan_persetujuan__sidang_tpk" sourceRef="siapkan_persetujuan" targetRef="putusan_sidang"',
        )
        if change.kind == "sequenceFlow"
    )
    assert change.name == "Siapkan persetujuan → Putusan TPK?"
    (difference,) = change.differences
    assert (difference.what, difference.before, difference.after) == (
        "targetRef", "Sidang TPK", "Putusan TPK?",
    )  # fmt: skip

"""Many tasks of one kind at once: the rehearsal tells what will pass from what needs a look; each has its own result."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest

from service.db.cases import Task
from service.domain.errors import Conflict, Invalid, NotAllowed
from service.engine.steps import SourceFile
from service.operations import batches, cases, deciding, definitions, drafts, due, holding, tasks
from service.operations.batches import Look
from service.operations.deciding import Answer
from service.wiring import Services
from tests.clocks import put_ahead
from tests.operations.diagrams import HEAD, branches
from tests.operations.test_holding import state
from tests.operations.test_tasks import open_task
from tests.world import GITA_NIP, World

APPROVE = Answer("approve")


def form(label: str = "Putusan") -> SourceFile:
    """A decision; to reject or send back needs a reason, and one more field shows when `perlu_nomor` is set."""
    values = [{"value": value, "label": value.title()} for value in ("setuju", "tolak", "kembalikan")]
    hidden = {"hide": '=putusan != "tolak" and putusan != "kembalikan"'}
    unless = {"hide": "=perlu_nomor != true"}
    needed = {"required": True}
    components = [
        {"type": "radio", "id": "a", "key": "putusan", "label": label, "values": values, "validate": needed},
        {"type": "textarea", "id": "b", "key": "alasan", "label": "Alasan", "validate": needed, "conditional": hidden},
        {"type": "number", "id": "c", "key": "nomor", "label": "Nomor", "validate": needed, "conditional": unless},
    ]  # fmt: skip
    return SourceFile(
        "putusan.json", json.dumps({"type": "default", "id": "putusan", "components": components}).encode()
    )


DIAGRAM = SourceFile(
    "banyak.bpmn",
    f"""{HEAD}
  <process id="banyak" name="Banyak putusan" isExecutable="true">
    <startEvent id="mulai" name="Mulai"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="mulai" targetRef="usul"/>
    <userTask id="usul" name="Usul" mutasi:role="analis_sdm"><incoming>f1</incoming><outgoing>f2</outgoing></userTask>
    <sequenceFlow id="f2" sourceRef="usul" targetRef="putus"/>
    <userTask id="putus" name="Putuskan" mutasi:role="analis_sdm" mutasi:form="putusan" mutasi:differentFrom="usul">
      <incoming>f2</incoming><outgoing>f3</outgoing></userTask>
    <sequenceFlow id="f3" sourceRef="putus" targetRef="selesai"/>
    <endEvent id="selesai" name="Selesai"><incoming>f3</incoming></endEvent>
  </process>
</definitions>""".encode(),
)


@pytest.fixture
def ready(services: Services, world: World) -> Services:
    with services.action(world.intan) as action:
        definitions.deploy(action, [DIAGRAM, form()])
    return replace(services, settings=replace(services.settings, undo_seconds=10))


def waiting(services: Services, world: World, **data: Any) -> uuid.UUID:
    """A task that Ani may decide: Lina proposed it."""
    with services.action(world.citra) as action:
        case_id = cases.start(action, "banyak", subject=GITA_NIP, data={"perlu_nomor": False, **data}).id
    with services.action(world.lina) as action:
        tasks.complete(action, open_task(services, case_id, "usul").id, {})
    return open_task(services, case_id, "putus").id


def rehearsed(
    services: Services, world: World, ids: list[uuid.UUID], answer: Answer = APPROVE, who: str = "ani"
) -> dict[uuid.UUID, list[tuple[str, str]]]:
    with services.reading(getattr(world, who)) as action:
        return {
            look.task_id: [(remark.code, remark.detail) for remark in look.remarks]
            for look in batches.rehearse(action, ids, answer)
        }


def rule(id_: str, outcome: str, severity: str = "W") -> dict[str, str]:
    return {"id": id_, "hasil": outcome, "tingkat": severity}


def test_the_rehearsal_sorts_what_will_pass_from_what_needs_a_look(ready: Services, world: World) -> None:
    passes = waiting(ready, world, aturan=[rule("R01", "lulus"), rule("R16", "tidak_berlaku")])
    expected = {
        passes: [],
        waiting(ready, world, aturan=[rule("R16", "peringatan")]): [("conflict_of_interest", "")],
        waiting(ready, world, aturan=[rule("R20", "gagal", "B")]): [("missing_document", "")],
        waiting(ready, world, aturan=[rule("R01", "gagal", "B"), rule("R03", "perlu_izin", "P")]): [
            ("rule_blocks", "R01"),
            ("rule_warns", "R03"),
        ],
        waiting(ready, world, perlu_nomor=True): [("form", "Nomor")],
    }
    taken, closed, deciding_ = (waiting(ready, world) for _ in range(3))
    with ready.action(replace(world.ani, id=world.citra.id, name="Citra")) as action:
        tasks.claim(action, taken)
        tasks.complete(action, closed, {"putusan": "setuju"})
        holding.decide(action, deciding_, {"putusan": "setuju"})
    stranger = uuid.uuid4()
    expected |= {
        taken: [("taken", "Citra")],
        closed: [("closed", "Citra")],
        deciding_: [("deciding", "Citra")],
        stranger: [("not_found", "")],
    }
    assert rehearsed(ready, world, list(expected)) == expected
    assert rehearsed(ready, world, [passes], who="lina") == {passes: [("four_eyes", "Usul")]}
    assert rehearsed(ready, world, [passes], who="eko") == {passes: [("not_offered", "")]}
    assert rehearsed(ready, world, [passes], who="joko") == {passes: [("not_found", "")]}
    assert state(ready, passes) == ("open", None)


def test_one_reason_serves_all_and_without_it_none_passes(ready: Services, world: World) -> None:
    ids = [waiting(ready, world) for _ in range(2)]
    assert set(map(tuple, rehearsed(ready, world, ids, Answer("reject")).values())) == {(("form", "Alasan"),)}
    answer = Answer("reject", "Formasi belum ada")
    assert rehearsed(ready, world, ids, answer) == {task_id: [] for task_id in ids}
    for task_id in ids:
        with ready.action(world.ani) as action:
            assert batches.decide(action, task_id, answer).passes
    assert {state(ready, task_id) for task_id in ids} == {("open", world.ani.id)}
    put_ahead(ready, seconds=11)
    due.run(ready)
    assert {state(ready, task_id)[0] for task_id in ids} == {"completed"}


def test_what_the_forms_still_need_is_given_once_for_all(ready: Services, world: World) -> None:
    more, plain = waiting(ready, world, perlu_nomor=True), waiting(ready, world)
    own = waiting(ready, world, perlu_nomor=True, nomor=3)
    ids = [more, plain, own]
    wrong = rehearsed(ready, world, ids, Answer("approve", data={"nomor": "tujuh"}))
    assert wrong == {more: [("form", "Nomor")], plain: [], own: []}
    answer = Answer("approve", data={"nomor": "7"})
    assert rehearsed(ready, world, ids, answer) == {task_id: [] for task_id in ids}
    with ready.action(world.ani) as action:
        assert all(look.passes for look in batches.decide_all(action, ids, answer))
    with ready.reading(world.ani) as action:
        found = [cases.data(action, deciding.present(action, task_id)[1]) for task_id in ids]
    assert [data.get("nomor") for data in found] == [7, None, 3]


def test_what_needs_a_look_is_left_alone_and_who_was_faster_is_named(ready: Services, world: World) -> None:
    warned = waiting(ready, world, aturan=[rule("R03", "peringatan")])
    gone = waiting(ready, world)
    with ready.action(world.citra) as action:
        case_id = action.session.get_one(Task, gone).case_id
        cases.cancel(action, case_id, "Salah orang")
    with ready.action(world.ani) as action:
        looks = [batches.decide(action, task_id, APPROVE, at_once=True) for task_id in (warned, gone)]
    assert [look.remarks[0].code for look in looks] == ["rule_warns", "closed"]
    assert state(ready, warned) == ("open", None)


def test_tasks_of_two_kinds_or_form_versions_and_too_many_are_refused(ready: Services, world: World) -> None:
    first = waiting(ready, world)
    with ready.action(world.intan) as action:
        definitions.deploy(action, [DIAGRAM, form("Keputusan")])
        definitions.deploy(action, [branches()])
    other_form = waiting(ready, world)
    with ready.action(world.ani) as action:
        case_id = cases.start(action, "cabang").id
    other_kind = open_task(ready, case_id, "periksa").id
    for ids in ([first, other_form], [first, other_kind], [], [uuid.uuid4() for _ in range(201)]):
        with pytest.raises(Invalid):
            rehearsed(ready, world, ids)
    with ready.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("banyak.bpmn", DIAGRAM.content + b"\n"), form("Keputusan")])
    same_form = waiting(ready, world)
    assert rehearsed(ready, world, [other_form, same_form]) == {other_form: [], same_form: []}


def test_one_key_decides_a_task_or_says_what_it_lacks(ready: Services, world: World) -> None:
    plain, more = waiting(ready, world), waiting(ready, world, perlu_nomor=True)
    with ready.action(world.ani) as action:
        drafts.save(action, more, {"nomor": None, "alasan": "sudah diketik"})
        assert deciding.quick(action, plain, APPROVE).held is not None
        lacking = deciding.quick(action, more, Answer("reject", "Belum"))
        kept = drafts.of(action, more)
    assert lacking.held is None
    assert [field.key for field in lacking.missing] == ["nomor"]
    assert kept is not None
    assert kept.answers == {"putusan": "tolak", "alasan": "Belum", "nomor": None}
    with pytest.raises(Conflict), ready.action(world.ani) as action:
        deciding.quick(action, plain, APPROVE)
    with pytest.raises(NotAllowed), ready.action(world.eko) as action:
        deciding.quick(action, more, APPROVE)
    assert Look(plain).passes

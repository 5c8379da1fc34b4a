"""The answers of the walks are ones the forms permit, so that a walk is a path a person could take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.workflows.effects import EFFECTS
from tests.workflows.forms import choices, fields, is_required
from tests.workflows.harness import ANSWERS, BPMN, diagram, shipped_processes, walks

FORM = "{http://mutasi.id/schema/bpmn/1}form"
OFFERED = {**EFFECTS["hitung_kebutuhan"]({}), **EFFECTS["peringkat_calon"]({})}


def forms_of_tasks() -> dict[str, str]:
    tasks = [task for name in shipped_processes() for task in diagram(name).iter(f"{BPMN}userTask")]
    return {task.attrib["id"]: task.attrib[FORM] for task in tasks}


def answered() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every set of answers the walks give, with the task it is given to."""
    yield from ANSWERS.items()
    for path in walks():
        for action in json.loads(path.read_text())["actions"]:
            if isinstance(action, dict) and "answers" in action:
                yield action["complete"], action["answers"]


def test_every_human_task_has_answers() -> None:
    assert forms_of_tasks().keys() == ANSWERS.keys()


@pytest.mark.parametrize("task", sorted(ANSWERS))
def test_the_usual_answers_are_complete(task: str) -> None:
    needed = {field["key"] for field in fields(forms_of_tasks()[task]) if is_required(field)}
    assert needed - ANSWERS[task].keys() - {"keberatan_teks"} == set()


def test_answers_are_fields_of_the_form_and_choices_are_offered() -> None:
    wrong = []
    for task, answers in answered():
        known = {field["key"]: field for field in fields(forms_of_tasks()[task])}
        for key, value in answers.items():
            offered = choices(known[key], OFFERED) if key in known else []
            given = value if isinstance(value, list) else [value]
            if key not in known or (offered and not set(given) <= set(offered)):
                wrong.append((task, key, value))
    assert wrong == []

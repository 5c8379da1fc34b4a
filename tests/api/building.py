"""A small definition with a form, and short ways to ask for what it makes."""

from __future__ import annotations

import io
import json
from typing import Any

from werkzeug.test import TestResponse

from tests.asking import Program
from tests.operations.diagrams import HEAD, branches

FORM = {
    "type": "default",
    "id": "putusan_uji",
    "schemaVersion": 18,
    "components": [
        {
            "type": "select",
            "key": "putusan",
            "label": "Putusan",
            "values": [{"label": "Setuju", "value": "setuju"}, {"label": "Tolak", "value": "tolak"}],
            "validate": {"required": True},
        },
        {"type": "number", "key": "nilai", "label": "Nilai", "validate": {"min": 0, "max": 100}},
        {"type": "textarea", "key": "alasan", "label": "Alasan"},
    ],
}

LETTER = f"""{HEAD}
  <process id="surat" name="Surat" isExecutable="true">
    <startEvent id="mulai" name="Mulai"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="mulai" targetRef="putuskan"/>
    <userTask id="putuskan" name="Putuskan" mutasi:form="putusan_uji" mutasi:role="analis_sdm" mutasi:nameEn="Decide">
      <incoming>f1</incoming><outgoing>f2</outgoing></userTask>
    <sequenceFlow id="f2" sourceRef="putuskan" targetRef="arsipkan"/>
    <userTask id="arsipkan" name="Arsipkan" mutasi:role="kepala_bkpsdm">
      <incoming>f2</incoming><outgoing>f3</outgoing></userTask>
    <sequenceFlow id="f3" sourceRef="arsipkan" targetRef="selesai"/>
    <endEvent id="selesai" name="Selesai"><incoming>f3</incoming></endEvent>
  </process>
</definitions>"""

BROKEN = LETTER.replace('targetRef="putuskan"/>', 'targetRef="entah"/>')


def files(**contents: str) -> list[tuple[io.BytesIO, str]]:
    """Files for an upload: `surat=...` is surat.bpmn, `putusan_uji_json=...` is putusan_uji.json."""
    return [
        (io.BytesIO(text.encode()), f"{name[:-5]}.json" if name.endswith("_json") else f"{name}.bpmn")
        for name, text in contents.items()
    ]


def deploy(program: Program, **options: Any) -> TestResponse:
    """POST the letter with its form, and the diagram with branches."""
    uploaded = files(surat=LETTER, putusan_uji_json=json.dumps(FORM), cabang=branches().content.decode())
    return program.post("/definitions", data={"file": uploaded, "note": "uji"}, **options)


def start(program: Program, definition: str = "surat", **body: Any) -> dict[str, Any]:
    answer = program.post("/cases", {"definition": definition, **body})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def open_task(program: Program, case: str) -> dict[str, Any]:
    """The first open task of a case that the program can work on."""
    found: dict[str, Any] = program.get(f"/tasks?case={case}&scope=offered").get_json()["items"][0]
    return found


def complete(program: Program, case: str, **data: Any) -> TestResponse:
    """Complete the open task of a case."""
    return program.post(f"/tasks/{open_task(program, case)['id']}/complete", {"data": data})

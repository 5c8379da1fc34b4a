"""Labels that are markup stay text on every page, and a diagram of two thousand elements opens."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from playwright.sync_api import Dialog, Page, expect

from tests.browser.steps import drawn, start_case
from tests.operations.diagrams import HEAD

OpenPage = Callable[..., Page]
EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
DI = (
    '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="dia">'
    '<bpmndi:BPMNPlane id="plane" bpmnElement="{key}" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">{shapes}'
    "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"
)


def shape(element: str, x: int, y: int, size: tuple[int, int] = (100, 80)) -> str:
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="{size[0]}" height="{size[1]}"/>'
    return f'<bpmndi:BPMNShape id="{element}_di" bpmnElement="{element}">{bounds}</bpmndi:BPMNShape>'


def upload(page: Page, *files: Path) -> None:
    page.goto("/definitions/upload")
    page.set_input_files("#files", [str(file) for file in files])
    page.get_by_role("button", name="Periksa dan berlakukan").click()


def test_labels_that_are_markup_stay_text(open_page: OpenPage, tmp_path: Path) -> None:
    name = quoteattr(EVIL)
    diagram = (
        f'{HEAD}<process id="jahat" name={name} isExecutable="true"><documentation>&lt;script&gt;alert(3)&lt;/script&gt;'
        f'</documentation><startEvent id="s" name={name}/><sequenceFlow id="f" name={name} sourceRef="s" targetRef="t"/>'
        f'<userTask id="t" name={name} mutasi:nameEn={name} mutasi:role="analis_sdm" mutasi:form="jahat"/></process>'
    ) + DI.format(key="jahat", shapes=shape("s", 100, 122, (36, 36)) + shape("t", 200, 100))
    form: dict[str, Any] = {
        "type": "default",
        "id": "jahat",
        "schemaVersion": 18,
        "components": [{"type": "textfield", "key": "a", "label": EVIL, "description": EVIL}],
    }
    markup = {**form, "components": [*form["components"], {"type": "text", "id": "teks", "text": EVIL}]}
    files = [tmp_path / "jahat.bpmn", tmp_path / "jahat.json"]
    files[0].write_text(diagram, encoding="utf-8")
    files[1].write_text(json.dumps(form), encoding="utf-8")
    shown: list[Dialog] = []
    owner, analyst = open_page("intan.proses"), open_page("ani.analis")
    for page in (owner, analyst):
        page.on("dialog", lambda dialog: (shown.append(dialog), dialog.dismiss()))
    files[1].write_text(json.dumps(markup), encoding="utf-8")
    upload(owner, *files)
    expect(owner.get_by_role("alert")).to_contain_text("tidak diberlakukan")
    expect(owner.locator("table")).to_contain_text("teks")
    files[1].write_text(json.dumps(form), encoding="utf-8")
    upload(owner, *files)
    owner.wait_for_url("**/definitions/jahat/1")
    drawn(owner)
    expect(owner.locator("h1")).to_contain_text(EVIL)
    owner.goto("/definitions")
    case = start_case(analyst, "jahat", EVIL)
    drawn(analyst)
    for address in ("/inbox", "/cases", case):
        analyst.goto(address)
        assert analyst.locator("img[src=x]").count() == 0
    analyst.goto("/inbox?q=onerror")  # however much else waits
    analyst.get_by_role("link", name=EVIL).first.click()
    drawn(analyst)
    expect(analyst.get_by_text(EVIL).first).to_be_visible()
    assert analyst.locator("img[src=x]").count() == owner.locator("img[src=x]").count() == 0
    assert shown == []


def test_a_diagram_of_two_thousand_elements_opens(open_page: OpenPage, tmp_path: Path) -> None:
    count = 2_000
    tasks = "".join(f'<task id="t{n}" name="Langkah {n}"/>' for n in range(count))
    flows = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="t{n}" targetRef="t{n + 1}"/>' for n in range(count - 1)
    )
    shapes = "".join(shape(f"t{n}", n % 50 * 150, n // 50 * 120) for n in range(count))
    file = tmp_path / "besar.bpmn"
    content = f'{HEAD}<process id="besar" name="Besar" isExecutable="true">{tasks}{flows}</process>'
    file.write_text(content + DI.format(key="besar", shapes=shapes), encoding="utf-8")
    page = open_page("intan.proses")
    page.set_default_timeout(60_000)
    upload(page, file)
    page.wait_for_url("**/definitions/besar/1")
    drawn(page)
    assert page.locator(".djs-shape").count() >= count

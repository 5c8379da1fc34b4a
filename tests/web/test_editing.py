"""The editor's pages without a browser: who may, what is kept, what is answered to a broken drawing."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.engine.xml import BPMN

Client = Callable[[str], FlaskClient]
APPROVAL = Path(__file__).parents[2] / "workflows" / "approval.bpmn"


@pytest.mark.parametrize("who", ["ani.analis", "hadi.manajer", "joko.admin", "gita.pegawai"])
def test_only_process_owners_edit(client: Client, who: str) -> None:
    browser = client(who)
    assert browser.get("/definitions/socialization/edit").status_code == 403
    drawing = {"base": 1, "files": {}}
    assert browser.put("/definitions/socialization/edit", json=drawing).status_code == 403
    assert browser.post("/definitions/socialization/edit/check", json=drawing).status_code == 403
    assert browser.post("/definitions/socialization/edit/deploy", data={"note": "x"}).status_code == 403
    assert browser.post("/definitions/socialization/edit/discard").status_code == 403


@pytest.mark.parametrize(
    "drawing",
    [None, [], {}, {"base": "1", "files": {}}, {"base": 1, "files": []}, {"base": 1, "files": {"a": 3}}],
)
def test_what_is_no_drawing_is_refused(client: Client, drawing: object) -> None:
    assert client("intan.proses").put("/definitions/socialization/edit", json=drawing).status_code == 422


def test_an_unknown_definition_has_no_editor(client: Client) -> None:
    assert client("intan.proses").get("/definitions/tidak_ada/edit").status_code == 404


def test_a_draft_comes_back_and_goes(client: Client) -> None:
    browser = client("intan.proses")
    sent = {"base": 1, "files": {"evaluation.bpmn": "<gambar setengah jadi"}}
    assert "konsep tersimpan" in browser.put("/definitions/evaluation/edit", json=sent).json["saved"].lower()
    assert "gambar setengah jadi" in browser.get("/definitions/evaluation/edit").text
    assert "Lanjutkan konsep Anda" in browser.get("/definitions/evaluation/1").text
    refused = browser.post("/definitions/evaluation/edit/deploy", data={"note": "coba"})
    assert refused.status_code == 422
    assert browser.post("/definitions/evaluation/edit/discard").status_code == 303
    assert "gambar setengah jadi" not in browser.get("/definitions/evaluation/edit").text


@pytest.mark.parametrize(
    ("language", "found", "mend", "what"),
    [
        ("id", "mutasi:due harus bilangan bulat", "Tulis bilangan", "Tenggat dalam hari kerja"),
        ("en", "mutasi:due must be a whole number", "Write a number", "Due in working days"),
    ],
)
def test_findings_and_changes_are_said_in_the_readers_language(
    client: Client, language: str, found: str, mend: str, what: str
) -> None:
    browser = client("intan.proses")
    browser.post("/language", data={"language": language, "next": "/"})
    text = APPROVAL.read_text(encoding="utf-8").replace('mutasi:due="7"', 'mutasi:due="sebentar"', 1)
    sent = {"base": 1, "files": {"approval.bpmn": text}}
    checked = browser.post("/definitions/approval/edit/check", json=sent).json
    browser.post("/language", data={"language": "id", "next": "/"})
    (finding,) = checked["findings"]
    assert found in finding["message"]
    assert "sebentar" in finding["message"]
    assert mend in finding["mend"]
    assert [difference["what"] for difference in checked["changes"][0]["details"]] == [what]


def test_an_expression_that_is_none_is_told_in_indonesian_inside_and_out(client: Client) -> None:
    text = APPROVAL.read_text(encoding="utf-8").replace(
        "</bpmn:conditionExpression>", " ((</bpmn:conditionExpression>", 1
    )
    sent = {"base": 1, "files": {"approval.bpmn": text}}
    browser = client("intan.proses")
    checked = browser.post("/definitions/approval/edit/check", json=sent).json
    assert checked["findings"][0]["message"].startswith("Syarat bukan FEEL: ")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "id",
            [
                "Syarat bukan FEEL: &#39;(&#39; tidak pada tempatnya (pada huruf ke-24)",
                "&#39;1 +&#39;: terputus sebelum lengkap (pada huruf ke-4)",
                "Perbaiki ungkapan atau rujukannya.",
                "hit policy NONE tidak dikenal",
                "nama: jenis komponen &#39;hologram&#39; tidak dikenal.",
                "nama: isian memerlukan kunci (key).",
                "Peristiwa ini tidak menyebut pesan.",
            ],
        ),
        (
            "en",
            [
                "The condition is not FEEL: unexpected &#39;(&#39; (at character 24)",
                "&#39;1 +&#39;: unexpected end (at character 4)",
                "Mend the expression or the reference.",
                "the hit policy NONE is not known",
                "nama: unknown component type &#39;hologram&#39;.",
                "nama: a field needs a key.",
                "The event names no message.",
            ],
        ),
    ],
)
def test_what_is_wrong_inside_a_file_is_said_in_the_readers_language(
    client: Client, language: str, said: list[str]
) -> None:
    rules = (APPROVAL.parent / "aturan_mutasi.dmn").read_text(encoding="utf-8")
    components = [{"type": "hologram", "key": "nama"}, {"type": "textfield", "id": "nama"}]
    files = {
        "approval.bpmn": APPROVAL.read_text(encoding="utf-8").replace(
            "</bpmn:conditionExpression>", " ((</bpmn:conditionExpression>", 1
        ),
        "acara.bpmn": f'<definitions xmlns="{BPMN}"><process id="acara" isExecutable="true"><startEvent id="mulai">'
        "<messageEventDefinition/></startEvent></process></definitions>",
        "sel.dmn": rules.replace('<text>&gt;= date("2017-04-07")</text>', "<text>1 +</text>", 1),
        "tabel.dmn": rules.replace('hitPolicy="', 'hitPolicy="NONE" was="', 1),
        "mentor.json": json.dumps({"components": components}),
    }
    sent = [(io.BytesIO(content.encode()), name) for name, content in files.items()]
    browser = client("intan.proses")
    browser.post("/language", data={"language": language, "next": "/"})
    page = browser.post("/definitions/upload", data={"files": sent}, content_type="multipart/form-data")
    browser.post("/language", data={"language": "id", "next": "/"})
    assert page.status_code == 422
    assert [text for text in said if text not in page.text] == []


def test_the_list_says_what_runs_on_earlier_versions_and_who_uses_a_stage(
    client: Client, start: Callable[..., str]
) -> None:
    start()
    browser = client("intan.proses")
    before = cards(browser)
    assert "1 kasus berjalan" in before["umum_vacancy"]
    assert "di versi lama" not in before["umum_vacancy"]
    assert "Dipakai oleh" in before["approval"]
    assert "Siklus mutasi" in before["approval"]
    assert "kasus berjalan" not in before["approval"]
    text = APPROVAL.read_text(encoding="utf-8").replace('mutasi:due="7"', 'mutasi:due="8"', 1)
    browser.put("/definitions/approval/edit", json={"base": 1, "files": {"approval.bpmn": text}})
    assert browser.post("/definitions/approval/edit/deploy", data={"note": "TPK"}).status_code == 303
    after = cards(browser)["umum_vacancy"]
    assert "versi 2" in after
    assert "1 kasus berjalan" in after
    assert "1 di versi lama" in after
    old = browser.get("/definitions/umum_vacancy/1").text
    assert "/definitions/umum_vacancy/edit" not in old
    assert "Ke versi terakhir" in old


def cards(browser: FlaskClient) -> dict[str, str]:
    """Key -> its card in the list of definitions."""
    page = browser.get("/definitions").text
    found = re.findall(r'(<li class="work">.*?<span class="mono">(\w+)</span>.*?</li>)', page, re.DOTALL)
    return {key: card for card, key in found}


def test_an_earlier_version_is_deployed_again(client: Client) -> None:
    browser = client("intan.proses")
    text = (APPROVAL.parent / "execution.bpmn").read_text(encoding="utf-8")
    changed = text.replace('name="Serah terima dan SPMT"', 'name="Serah terima tugas"', 1)
    assert changed != text
    browser.put("/definitions/execution/edit", json={"base": 1, "files": {"execution.bpmn": changed}})
    assert browser.post("/definitions/execution/edit/deploy", data={"note": "Nama"}).status_code == 303
    used_by = cards(browser)["umum_vacancy"]
    assert client("ani.analis").get("/definitions/execution/1/again").status_code == 403
    assert client("ani.analis").post("/definitions/execution/1/again").status_code == 403
    asked = browser.get("/definitions/execution/1/again").text
    assert "Serah terima tugas" in asked
    assert browser.post("/definitions/execution/1/again", data={"latest": 2, "note": " "}).status_code == 422
    stale = browser.post("/definitions/execution/1/again", data={"latest": 1, "note": "Keliru"})
    assert "Sementara itu versi 2 diberlakukan" in browser.get(stale.location, follow_redirects=True).text
    back = browser.post("/definitions/execution/1/again", data={"latest": 2, "note": "Nama lama lebih jelas"})
    assert (back.status_code, back.location) == (303, "/definitions/execution/3")
    page = browser.get("/definitions/execution/3").text
    assert "Nama lama lebih jelas" in page
    assert "Serah terima tugas" not in page
    assert cards(browser)["umum_vacancy"] == used_by
    same = browser.get("/definitions/execution/1/again", follow_redirects=True).text
    assert "Versi terbaru memuat hal yang sama" in same

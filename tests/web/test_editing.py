"""The editor's pages without a browser: who may, what is kept, what is answered to a broken drawing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

Client = Callable[[str], FlaskClient]


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

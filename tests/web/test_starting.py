"""What is filled in on the page that starts cases is kept while it is filled in."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

Client = Callable[[str], FlaskClient]
BEGUN = {"definition": "umum_vacancy", "kind": "M3", "reason": "Belum selesai", "unit_text": "Kecam"}


def page(browser: FlaskClient, query: str = "") -> str:
    return browser.get(f"/start{query}").get_data(as_text=True)


def test_a_draft_is_back_until_the_case_is_started(client: Client) -> None:
    browser = client("ani.analis")
    answer = browser.post("/start/draft", data=BEGUN)
    assert answer.status_code == 200
    assert answer.get_json()["saved"]
    again = page(client("ani.analis"))
    assert "Belum selesai" in again
    assert 'value="umum_vacancy" checked' in again
    assert '<option value="M3" selected>' in again
    assert 'value="Kecam"' in again  # what was typed and not chosen yet
    assert "Belum selesai" not in page(client("hadi.manajer"))
    assert "Belum selesai" not in page(browser, "?definition=transfer_lifecycle")
    assert "Belum selesai" not in page(browser, "?unit=U1&definition=umum_vacancy")
    assert browser.post("/start", data=BEGUN | {"unit_text": ""}).status_code == 303
    assert "Belum selesai" not in page(browser)


def test_a_draft_is_thrown_away(client: Client) -> None:
    browser = client("ani.analis")
    browser.post("/start/draft", data=BEGUN)
    assert "Buang" in page(browser)
    assert browser.post("/start/draft/discard", data={"definition": "umum_vacancy"}).status_code == 303
    assert "Belum selesai" not in page(browser)


def test_only_who_may_start_cases_keeps_drafts(client: Client) -> None:
    assert client("gita.pegawai").post("/start/draft", data=BEGUN).status_code == 403
    assert client("ani.analis").post("/start/draft", data=BEGUN | {"definition": "x"}).status_code == 404
    assert client("").post("/start/draft", data=BEGUN).status_code in (302, 303, 401)

"""What the inbox's script asks the server: decisions, many at once, cards, news, the palette."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.db.cases import Task
from service.engine.steps import SourceFile
from service.operations import definitions
from service.wiring import Services
from tests.browser.test_inbox import DIAGRAM, form
from tests.web.conftest import Client

Waiting = Callable[..., str]


@pytest.fixture(scope="module")
def deployed(city: Services) -> None:
    with city.action() as action:
        files = [
            SourceFile("putusan_uji.bpmn", DIAGRAM.encode()),
            SourceFile("putusan_uji.json", form().encode()),
        ]
        definitions.deploy(action, files)


@pytest.fixture
def waiting(city: Services, deployed: None, start: Callable[..., str]) -> Waiting:
    """`waiting()`: a decision for the analysts; its id."""

    def begun(**data: Any) -> str:
        case_id = uuid.UUID(start("putusan_uji", **{"perlu_nomor": False, **data}))
        with city.reading() as action:
            return str(action.session.scalars(select(Task.id).where(Task.case_id == case_id)).one())

    return begun


def decide(browser: FlaskClient, task: str, verdict: str = "approve", **values: str) -> tuple[int, Any]:
    answer = browser.post(f"/inbox/{task}/decide", data={"verdict": verdict, **values})
    return answer.status_code, answer.get_json()


def test_a_card_shows_its_answers_and_one_press_decides(client: Client, waiting: Waiting) -> None:
    ani, task = client("ani.analis"), waiting()
    page = ani.get("/inbox?kind=putus").text
    card = re.search(rf'data-task="{task}".*?</li>', page, re.DOTALL)
    assert card
    assert re.findall(r'data-verdict="(\w+)"', card[0]) == ["approve", "reject", "back"]
    assert decide(ani, task) == (200, {"held": False})
    assert f'data-task="{task}"' not in ani.get("/inbox?kind=putus").text
    status, said = decide(ani, task)
    assert status == 409
    assert said["said"]


def test_a_reason_is_asked_for_before_anything_is_written(client: Client, waiting: Waiting) -> None:
    ani, task = client("ani.analis"), waiting()
    assert decide(ani, task, "reject") == (422, {"ask": "Alasan", "missing": []})
    assert "Draf" not in ani.get(f"/inbox/{task}/card").text
    assert decide(ani, task, "reject", reason="Belum ada formasi") == (200, {"held": False})


def test_who_may_not_decide_is_told_no_more_than_of_an_unknown_task(client: Client, waiting: Waiting) -> None:
    task, unknown = waiting(), str(uuid.uuid4())
    gita = client("gita.pegawai")
    assert decide(gita, task) == decide(gita, unknown)
    assert decide(gita, task)[0] == 404
    assert decide(client("fitri.walikota"), task)[0] == 403
    assert gita.get(f"/inbox/{task}/card").status_code == 404
    assert decide(client("ani.analis"), task, "burn")[0] == 422
    news = gita.get(f"/inbox/news?ids={task},{unknown}&since=2020-01-01T00:00:00%2B00:00").get_json()
    assert news["tasks"] == {}


def test_news_count_what_came_and_say_what_became_of_what_is_shown(client: Client, waiting: Waiting) -> None:
    ani, shown = client("ani.analis"), waiting()
    page = ani.get("/inbox?kind=putus").text
    since = re.search(r'data-since="([^"]+)"', page)
    assert since
    came = waiting()
    query = {"kind": "putus", "since": since[1], "ids": shown}
    fresh = ani.get("/inbox/news", query_string=query).get_json()
    assert fresh["new"] >= 1
    assert "tugas baru" in fresh["said"]
    seen = ani.get("/inbox/news", query_string={**query, "ids": f"{shown},{came}", "since": "x"}).get_json()
    assert (seen["new"], seen["tasks"]) == (0, {})
    ani.post(f"/tasks/{shown}/complete", data={"answers": json.dumps({"putusan": "setuju"})})
    gone = ani.get("/inbox/news", query_string=query).get_json()["tasks"][shown]
    assert gone["state"] == "gone"
    assert gone["said"].startswith("Ani Lestari menyelesaikannya ")


def test_many_at_once_are_rehearsed_and_decided_each_for_itself(client: Client, waiting: Waiting) -> None:
    ani = client("ani.analis")
    good = waiting()
    warned = waiting(aturan=[{"id": "R16", "hasil": "peringatan", "tingkat": "W"}])
    values = {"verdict": "reject", "reason": "Anggaran habis", "task": [good, warned]}
    rehearsed = ani.post("/inbox/batch/rehearsal", data=values).text
    assert re.search(rf'data-passing="[^"]+">.*data-task="{good}"', rehearsed, re.DOTALL)
    assert "Mungkin ada benturan kepentingan." in rehearsed
    items = ani.post("/inbox/batch", data=values).get_json()["items"]
    assert {item["task"]: item["done"] for item in items} == {good: True, warned: False}
    assert ani.post("/inbox/batch", data={"verdict": "approve"}).status_code == 422
    mixed = {**values, "task": ["x"]}
    assert ani.post("/inbox/batch/rehearsal", data=mixed).status_code == 404


def test_what_the_chosen_forms_need_is_asked_once_in_the_readers_language(
    client: Client, waiting: Waiting
) -> None:
    ani, tasks = client("ani.analis"), [waiting(perlu_nomor=True) for _ in range(2)]
    values = {"verdict": "approve", "task": tasks}
    asked = ani.post("/inbox/batch/rehearsal", data=values).text
    assert re.search(r'<input[^>]+type="text"[^>]+name="field.nomor"', asked)
    wrong = ani.post("/inbox/batch/rehearsal", data=values | {"field.nomor": "tanpa angka"}).text
    assert "Bentuknya tidak sesuai." in wrong
    assert 'value="tanpa angka"' in wrong
    ani.post("/language", data={"language": "en"})
    in_english = ani.post("/inbox/batch/rehearsal", data=values).text
    ani.post("/language", data={"language": "id"})
    assert "The form needs more: Number of the letter." in in_english
    done = ani.post("/inbox/batch", data=values | {"field.nomor": "7"}).get_json()["items"]
    assert [item["done"] for item in done] == [True, True]


def test_filters_of_the_address_narrow_and_nonsense_does_not(client: Client, waiting: Waiting) -> None:
    ani, task = client("ani.analis"), waiting()
    for query, shown in (
        ("definition=putusan_uji", True),
        ("definition=approval", False),
        ("who=nobody", True),
        ("who=me", False),
        ("who=ani.analis", False),
        ("age=7", False),
        ("age=x&due=x&due_from=x&rules=x&view=x", True),
        ("due=late", False),
        ("due=none&q=putuskan", True),
        ("due_from=2020-01-01&due_to=2020-02-01", False),
        ("q=tidak+ada+yang+begini", False),
        ("view=all&kind=putus", True),
        ("view=mine", False),
    ):
        assert (f'data-task="{task}"' in ani.get(f"/inbox?{query}").text) is shown, query


def test_filters_of_open_work_do_not_hide_what_is_done(client: Client, waiting: Waiting) -> None:
    ani, task = client("ani.analis"), waiting()
    assert decide(ani, task)[0] == 200
    assert f'data-task="{task}"' in ani.get("/inbox?view=done&due=late&who=nobody&age=7").text
    assert (
        'href="/inbox?view=done&amp;definition=putusan_uji"'
        in ani.get("/inbox?due=late&definition=putusan_uji").text
    )


def test_the_palette_finds_what_the_reader_may_see(client: Client, waiting: Waiting) -> None:
    waiting()
    ani, gita = client("ani.analis"), client("gita.pegawai")

    def found(browser: FlaskClient, text: str = "") -> dict[str, list[str]]:
        groups = browser.get("/palette", query_string={"q": text}).get_json()["groups"]
        return {group["label"]: [item["label"] for item in group["items"]] for group in groups}

    assert "Kotak masuk" in found(ani)["Buka"]
    assert "English" in found(ani)["Lakukan"]
    assert any(label.startswith("Putuskan usul") for label in found(ani, "putuskan usul")["Tugas"])
    assert "Orang" in found(ani, "an")
    assert not {"Tugas", "Orang", "Kasus"} & set(found(gita, "putus"))
    assert client("").get("/palette").status_code == 303

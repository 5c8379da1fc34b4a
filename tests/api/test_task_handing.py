"""Drafts and giving tasks to somebody, as programs do it."""

from __future__ import annotations

import uuid

import pytest

from tests.api.building import open_task, start
from tests.asking import Asking, Program


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough: the operations are tested on both."""
    return sqlite_url


@pytest.fixture
def path(ani: Program) -> str:
    return f"/tasks/{open_task(ani, start(ani)['id'])['id']}"


def test_a_draft_is_ones_own_and_unchecked(asking: Asking, ani: Program, path: str) -> None:
    assert ani.get(f"{path}/draft").status_code == 404
    assert ani.put(f"{path}/draft", {"data": {"putusan": "entah"}}).status_code == 200
    kept = ani.get(f"{path}/draft").get_json()
    assert (kept["data"], kept["trouble"]) == ({"putusan": "entah"}, None)
    assert asking.as_program("lina").get(f"{path}/draft").status_code == 404


def test_a_draft_of_a_finished_task_says_who_was_first(asking: Asking, ani: Program, path: str) -> None:
    asking.as_program("lina").post(f"{path}/complete", {"data": {"putusan": "setuju"}})
    refused = ani.put(f"{path}/draft", {"data": {"putusan": "tolak"}})
    assert refused.status_code == 409
    assert refused.get_json()["by"] == "Lina"
    assert refused.get_json()["at"]


@pytest.mark.parametrize(("who", "status"), [("dewi", 403), ("gita", 404)])
def test_others_keep_no_draft_and_hand_nothing_on(asking: Asking, path: str, who: str, status: int) -> None:
    program = asking.as_program(who)
    assert program.put(f"{path}/draft", {"data": {}}).status_code == status
    assert program.post(f"{path}/delegate", {"to": "lina"}).status_code in (status, 422)
    assert program.post(f"{path}/assign", {"to": "lina"}).status_code in (status, 422)


def test_a_task_goes_to_a_colleague_and_back_by_who_may_assign(
    asking: Asking, ani: Program, path: str
) -> None:
    given = ani.post(f"{path}/delegate", {"to": "lina", "note": "Saya cuti"})
    assert (given.status_code, given.get_json()["assignee"]) == (200, "lina")
    assert ani.post(f"{path}/delegate", {"to": "lina"}).status_code == 409
    back = asking.as_program("hadi").post(f"{path}/assign", {"to": "ani"})
    assert (back.status_code, back.get_json()["assignee"]) == (200, "ani")


@pytest.mark.parametrize("to", ["dewi", "tidak_ada", ""])
def test_who_may_not_do_it_gets_nothing(ani: Program, path: str, to: str) -> None:
    refused = ani.post(f"{path}/delegate", {"to": to})
    assert refused.status_code in (400, 422)
    assert ani.get(path).get_json()["assignee"] is None


def test_unknown_and_forbidden_look_alike(asking: Asking, path: str) -> None:
    gita, other = asking.as_program("gita"), f"/tasks/{uuid.uuid4()}"
    for verb in ("delegate", "assign"):
        assert gita.post(f"{path}/{verb}", {"to": "lina"}).status_code == 404
        assert gita.post(f"{other}/{verb}", {"to": "lina"}).status_code == 404

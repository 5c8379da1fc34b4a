"""The managers' figures over the API: the same as on the pages, for those who may see all cases."""

from __future__ import annotations

import pytest

from service.operations import figures
from service.wiring import Services
from tests.api.building import open_task, start
from tests.asking import Asking, Program


def test_the_overview_counts_what_there_is(services: Services, asking: Asking, ani: Program) -> None:
    for _ in range(3):
        case = start(ani)
    ani.post(f"/tasks/{open_task(ani, case['id'])['id']}/claim")
    with services.action() as action:
        figures.refresh(action)
    answer = asking.as_program("hadi").get("/figures/overview")
    body = answer.get_json()
    assert answer.status_code == 200, answer.text
    assert sum(row["late"] + row["soon"] + row["on_time"] + row["no_deadline"] for row in body["stages"]) == 3
    assert sum(row["count"] for row in body["waiting"]) == 3
    assert body["months"][-1]["started"] == 3
    assert len(body["months"]) == 12
    assert body["bottleneck"] is None
    assert body["as_of"]
    none = asking.as_program("hadi").get("/figures/overview?definition=tidak_ada&from=2026-01").get_json()
    assert (none["stages"], none["waiting"], none["first"]) == ([], [], "2026-01")


def test_outcomes_without_transfers_claim_nothing(asking: Asking, ani: Program) -> None:
    answer = asking.as_program("hadi").get("/figures/outcomes")
    body = answer.get_json()
    assert answer.status_code == 200, answer.text
    assert {body[name]["verdict"] for name in ("complaints", "load", "ratings")} == {"too_few"}
    assert body["now"]["agreed"] == {"count": None, "of": None}
    assert [row["month"] for row in body["reviews"]] == [3, 6, 12]


@pytest.mark.parametrize("who", ["gita", "budi", "intan", "joko", "robi"])
def test_others_are_refused(asking: Asking, ani: Program, who: str) -> None:
    for path in ("/figures/overview", "/figures/outcomes"):
        assert asking.as_program(who).get(path).status_code == 403


@pytest.mark.parametrize("query", ["from=2026-13", "to=november", "from=2026-1", "bulan=3"])
def test_what_is_asked_wrongly_is_said(asking: Asking, ani: Program, query: str) -> None:
    assert asking.as_program("hadi").get(f"/figures/overview?{query}").status_code == 400

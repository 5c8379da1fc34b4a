"""Every shipped process with the real effects, from its start to the twelve-month review, on a small town."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from service.db.cases import Case
from service.db.people import Employee, PositionHistory
from service.operations import cases, definitions
from service.wiring import Services
from tests.operations import city
from tests.operations.city import NOW
from tests.operations.walking import MOST_STEPS, first_open, wake, work_on


@pytest.mark.parametrize(
    ("process", "outcome"),
    [
        ("transfer_lifecycle", "target_tercapai"),
        ("plaju_distribution", "target_tercapai"),
        ("arcamanik_workload", "kpi_tercapai"),
        ("sorong_performance", "target_tercapai"),
        ("umum_vacancy", "target_tercapai"),
        ("jambi_programme", "target_tercapai"),
    ],
)
def test_a_transfer_runs_from_the_need_to_the_twelve_month_review(
    services: Services, process: str, outcome: str
) -> None:
    with services.action(now=NOW) as action:
        city.build(action.session)
        definitions.deploy_shipped(action)
        case_id = cases.start(action, process).id
    moment, reviewed = NOW, []
    for _ in range(MOST_STEPS):
        with services.action(now=moment) as action:
            case = action.session.get_one(Case, case_id)
            if case.status != "running":
                break
            element = work_on(action, case)
            if element is None:
                assert case.wake_at is not None
                moment = max(moment, case.wake_at) + timedelta(minutes=1)
                wake(replace(action, now=moment), case)
            elif element == "evaluasi_analis":
                reviewed.append(moment.date())
    with services.reading() as action:
        case = action.session.get_one(Case, case_id)
        gita = action.session.get_one(Employee, city.GITA)
        entry = action.session.scalars(
            select(PositionHistory).where(PositionHistory.case_id == case_id)
        ).one()
    assert (case.status, case.outcome, case.subject_nip) == ("completed", outcome, city.GITA)
    assert (gita.jabatan_id, entry.tmt) == ("J1", date(2027, 4, 1))
    assert [day.isoformat()[:7] for day in reviewed] == ["2027-06", "2027-09", "2028-03"]


def test_who_decides_sees_the_rules_as_they_stand_then(services: Services) -> None:
    """The plan's check still waits for the appraisal team; the appointing authority may only decide after it."""
    with services.action(now=NOW) as action:
        city.build(action.session)
        definitions.deploy_shipped(action)
        case_id = cases.start(action, "transfer_lifecycle").id
    seen = {}
    for _ in range(MOST_STEPS):
        with services.action(now=NOW) as action:
            case = action.session.get_one(Case, case_id)
            task = first_open(action, case)
            assert task is not None
            if task.element in {"sidang_tpk", "persetujuan_pyb", "keputusan_ppk"}:
                found = {rule["id"]: rule["hasil"] for rule in cases.data(action, case)["aturan"]}
                seen[task.element] = found["R17"]
            if task.element == "keputusan_ppk":
                break
            work_on(action, case)
    assert seen == {"sidang_tpk": "peringatan", "persetujuan_pyb": "lulus", "keputusan_ppk": "lulus"}

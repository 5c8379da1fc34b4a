"""Acting for somebody in a browser: a switch that the server checks on every request, and said on every page."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from service.db.accounts import WebSession
from service.db.cases import CaseEvent
from service.operations import due, substitutes
from service.wiring import Services
from tests.access.test_objects import Stage, stage  # noqa: F401 - a fixture
from tests.asking import Asking, Person
from tests.clocks import put_ahead
from tests.world import CAST, World

BANNER = "acting-bar"


@pytest.fixture
def lent(services: Services, world: World) -> uuid.UUID:
    """Joko, who sees no case himself, stands in for Budi, whose unit has a task."""
    with services.action(world.budi) as action:
        day = action.calendar.local_date(action.now)
        return substitutes.appoint(action, "budi", "joko", day, day + timedelta(days=6)).id


@pytest.fixture
def joko(asking: Asking, lent: uuid.UUID) -> Person:
    person = asking.as_person("joko")
    answer = person.post("/acting", {"substitution": str(lent)})
    assert answer.status_code == 303
    return person


def test_every_page_says_for_whom_one_acts(joko: Person, stage: Stage) -> None:  # noqa: F811
    for path in (
        "/inbox",
        "/cases",
        "/account",
        "/account/absence",
        f"/tasks/{stage.left}",
        "/tasks/nothing",
    ):
        page = joko.get(path).text
        assert BANNER in page, path
        assert "Budi" in page, path
    joko.post("/acting", {"substitution": ""})
    assert BANNER not in joko.get("/inbox").text
    assert joko.get(f"/tasks/{stage.left}").status_code == 404


def test_the_rights_are_hers_and_not_his(joko: Person, stage: Stage, services: Services) -> None:  # noqa: F811
    assert joko.get(f"/tasks/{stage.left}").status_code == 200
    assert joko.get(f"/tasks/{stage.right}").status_code == 200  # seen by Budi, not offered
    assert joko.post(f"/tasks/{stage.right}/claim").status_code == 403
    assert joko.get("/definitions").status_code == 403  # Joko's own right
    done = joko.post(f"/tasks/{stage.left}/complete", {"answers": "{}"})
    assert done.status_code == 303
    put_ahead(services, seconds=11)  # until then it can be taken back
    due.run(services)
    timeline = joko.get(f"/cases/{stage.case}").text
    assert "Joko, bertindak untuk Budi" in timeline
    with services.reading() as action:
        event = action.session.scalars(
            select(CaseEvent).where(CaseEvent.kind == "task_completed", CaseEvent.task_id == stage.left)
        ).one()
        assert (event.actor_name, event.acting_for_name) == ("Joko", "Budi")


def test_a_page_opened_before_the_switch_can_send_nothing(asking: Asking, lent: uuid.UUID) -> None:
    """What was begun as oneself is not done for somebody else, nor the other way round."""
    person = asking.as_person("joko")
    before = person.csrf()
    person.post("/acting", {"substitution": str(lent)})
    answer = person.client.post("/language", data={"csrf_token": before, "language": "en"})
    assert answer.status_code == 403


def test_it_ends_with_the_substitution_whatever_the_session_says(
    joko: Person,
    stage: Stage,  # noqa: F811
    services: Services,
    world: World,
    lent: uuid.UUID,
) -> None:
    token = joko.csrf()
    with services.action(world.budi) as action:
        substitutes.end(action, lent)
    refused = joko.client.post(f"/tasks/{stage.left}/complete", data={"csrf_token": token, "answers": "{}"})
    assert refused.status_code == 403
    page = joko.get("/inbox")
    assert page.status_code == 200
    assert BANNER not in page.text
    assert joko.get(f"/tasks/{stage.left}").status_code == 404
    with services.reading() as action:
        assert set(action.session.scalars(select(WebSession.substitution_id))) == {None}


def test_nobody_else_can_use_a_substitution(asking: Asking, services: Services, lent: uuid.UUID) -> None:
    dewi = asking.as_person("dewi")
    assert dewi.post("/acting", {"substitution": str(lent)}).status_code == 403
    assert dewi.post("/acting", {"substitution": str(uuid.uuid4())}).status_code == 403
    assert dewi.post("/acting", {"substitution": "x"}).status_code == 403
    with services.action() as action:  # even if the row of the session said so
        action.session.execute(update(WebSession).values(substitution_id=lent))
    assert BANNER not in dewi.get("/inbox").text


@pytest.mark.parametrize("who", [*CAST])
def test_who_sees_other_peoples_absence(asking: Asking, who: str, lent: uuid.UUID) -> None:
    person = asking.as_person(who)
    assert person.get("/account/absence").status_code == 200
    assert person.get("/absences").status_code == (200 if who in {"joko", "budi", "bowo"} else 403)
    if who not in {"joko", "budi"}:
        assert person.post(f"/absences/{lent}/end").status_code == 404
        assert person.post(f"/absences/{uuid.uuid4()}/end").status_code == 404
    if who == "bowo":  # Budi is of another unit
        assert "Joko" not in person.get("/absences").text


def test_a_substitute_notices_what_waits_without_switching(
    asking: Asking,
    stage: Stage,  # noqa: F811
    lent: uuid.UUID,
) -> None:
    page = asking.as_person("joko").get("/inbox").text
    assert "1 tugas menunggu Budi" in page
    assert "Bertindak untuk Budi" in page
    assert "menunggu Budi" not in asking.as_person("dewi").get("/inbox").text


def test_naming_a_substitute_on_the_page(asking: Asking, services: Services) -> None:
    ani = asking.as_person("ani")
    with services.reading() as action:
        today = action.calendar.local_date(action.now)
    form = {"substitute": "lina", "starts_on": today, "ends_on": today + timedelta(days=3), "which": "all"}
    wrong = ani.post("/account/absence", {**form, "substitute": "", "substitute_text": "Lin"})
    assert wrong.status_code == 422
    assert 'value="Lin"' in wrong.text
    assert ani.post("/account/absence", {**form, "personal": "1"}).status_code == 303
    page = ani.get("/account/absence").text
    assert "Lina" in page
    assert "yang diminta secara pribadi" in page
    twice = ani.post("/account/absence", {**form, "substitute": "budi"})
    assert twice.status_code == 422
    assert "Lina sudah menggantikan" in twice.text
    found = ani.get("/account/absence/colleagues?q=bud").get_json()["items"]
    assert [item["value"] for item in found] == ["budi"]


def test_an_administrator_names_one_for_somebody_else_with_a_reason(
    asking: Asking, services: Services
) -> None:
    joko = asking.as_person("joko")
    with services.reading() as action:
        today = action.calendar.local_date(action.now)
    form = {"absent": "eko", "substitute": "dewi", "starts_on": today, "ends_on": today, "which": "all"}
    assert joko.post("/absences", form).status_code == 422
    assert joko.post("/absences", {**form, "reason": "Sakit mendadak"}).status_code == 303
    assert "Dewi menggantikan Eko" in joko.get("/absences").text

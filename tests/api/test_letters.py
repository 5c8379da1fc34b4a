"""Letters over the API."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from service.operations.letters import signing
from service.wiring import Services
from tests.asking import Asking
from tests.operations.signing import text_of
from tests.operations.test_letters import decree, town
from tests.world import World

__all__ = ["town"]


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, settings=replace(services.settings, signing="test"))


def test_the_letters_of_a_case_and_their_files(town: Services, world: World, asking: Asking) -> None:
    letter, _ = decree(town, world.fitri)
    signing.run(town)
    ani = asking.as_program("ani")
    found = ani.get(f"/cases/{letter.case_id}/letters").get_json()["items"]
    assert [(row["number"], row["state"], row["signing"]) for row in found] == [
        ("800.1.3.3/001/BKPSDM/2026", "issued", "signed")
    ]
    assert [(row["slot"], row["name"], bool(row["signed_at"])) for row in found[0]["signatures"]] == [
        ("paraf", "Eko", True),
        ("ttd", "Fitri", True),
    ]
    answer = ani.get(f"/letters/{found[0]['id']}/file")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=sk-800")
    assert letter.number in text_of(answer.data)


@pytest.mark.parametrize("who", ["gita", "joko", "intan"])
def test_who_may_not_know_a_letter_finds_none(town: Services, world: World, asking: Asking, who: str) -> None:
    letter, _ = decree(town, world.fitri)
    program = asking.as_program(who)
    for address in (f"/cases/{letter.case_id}/letters", f"/letters/{letter.id}/file"):
        assert program.get(address).status_code == 404
    for address in (f"/letters/{uuid.uuid4()}/file", "/letters/bukan-id/file"):
        assert program.get(address).status_code == 404

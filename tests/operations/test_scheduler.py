"""The clock's jobs: one that takes long is left alone, and nothing is said of it."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace

import pytest
from sqlalchemy import text

from service import scheduler
from service.db.base import is_postgresql
from service.wiring import Services
from tests.world import World


def test_a_job_at_work_is_neither_begun_twice_nor_warned_of(
    services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun, may_end, again = [], threading.Event(), threading.Event()

    def slow(_: Services) -> int:
        begun.append(threading.get_ident())
        if len(begun) > 1:
            again.set()
        return int(may_end.wait(30))

    monkeypatch.setattr(scheduler.letters, "run", slow)
    caplog.set_level(logging.WARNING)
    quick = replace(services, settings=replace(services.settings, tick_seconds=1))
    running = scheduler.in_background(quick)
    try:
        assert not again.wait(3.5), "begun again while at work"
        may_end.set()
        assert again.wait(10), "begun again once it was over"
    finally:
        running.shutdown()
    assert [line for line in caplog.messages if "maximum number" in line] == []


def test_sqlite_learns_at_night_how_its_tables_have_grown(services: Services, world: World) -> None:
    scheduler.measure_tables(services)
    with services.sessions() as session:
        if not is_postgresql(session):
            known = session.scalars(text("SELECT tbl FROM sqlite_stat1")).all()
            assert {"account", "account_role"} <= set(known)

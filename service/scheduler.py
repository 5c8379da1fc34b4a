"""The clock: APScheduler says when to look for due work; the table due_work says what is due.

It keeps no state of its own, so any number of processes may tick, and a restart loses nothing.
"""

from __future__ import annotations

import functools
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.exc import DBAPIError

from service.db.base import Base, is_postgresql
from service.db.bulk import refresh_statistics
from service.db.cases import Fact
from service.operations import (
    deadlines,
    drafts,
    due,
    figures,
    idempotency,
    last_decision,
    migrating,
    notices,
    outbox,
    signing_in,
    start_drafts,
)
from service.operations.letters import signing as letters
from service.wiring import Services

LAST_TICK = "last_tick"
NIGHT_HOUR = 2

logger = logging.getLogger(__name__)


def in_background(services: Services) -> BackgroundScheduler:
    """Start ticking in a thread of this process."""
    scheduler = BackgroundScheduler(timezone=UTC)
    _add(scheduler, services)
    scheduler.start()
    return scheduler


def in_foreground(services: Services) -> None:
    """Tick until SIGTERM or Ctrl+C; the piece at hand is finished first."""
    scheduler = BlockingScheduler(timezone=UTC)
    _add(scheduler, services)

    def stop(*_: object) -> None:
        # In a thread: shutting down waits for the tick, which this handler would hold up.
        threading.Thread(target=scheduler.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    scheduler.start()


def tick(services: Services) -> int:
    """Do what is due, send what waits to be sent, and leave a sign of life. Answers how many pieces were done."""
    with _patience("tick"):
        done = due.run(services)
        outbox.send(services)
        with services.sessions.begin() as session:
            session.merge(Fact(name=LAST_TICK, value=datetime.now(UTC).isoformat()))
        return done
    return 0


def migrate(services: Services) -> None:
    """Go on with moving cases to other versions, until nothing of that is left."""
    with _patience("migrating"):
        for _ in migrating.run_jobs(services):
            pass


def recount(services: Services) -> None:
    """Go on with counting deadlines anew, until nothing of that is left."""
    with _patience("counting deadlines"):
        for _ in deadlines.run_jobs(services):
            pass


def sign_letters(services: Services) -> None:
    """Print and sign letters that wait for it: by itself, since each takes a second or more."""
    with _patience("letters"):
        letters.run(services)


def forget(services: Services) -> None:
    """Delete what no longer counts: old failures to sign in, sessions and answers to repeated requests."""
    with _patience("forgetting"), services.action(now=datetime.now(UTC)) as action:
        signing_in.forget(action)
        idempotency.forget(action)
        drafts.forget(action)
        last_decision.forget(action)
        start_drafts.forget(action)
        notices.forget(action)
        outbox.forget(action)


@contextmanager
def _patience(work: str) -> Iterator[None]:
    """The database may be away or busy: the next time the job goes on behind what was done."""
    try:
        yield
    except DBAPIError as error:
        logger.warning("%s: %s", work, error.orig)


def measure_tables(services: Services) -> None:
    """Let SQLite's planner know how its tables have grown, each in a transaction of its own.

    It knows only what ANALYZE has told it, and reads whole tables where it knows nothing; PostgreSQL sees to that itself.
    """
    with services.sessions() as session:
        if is_postgresql(session):
            return
    try:
        for mapper in Base.registry.mappers:
            with services.sessions.begin() as session:
                refresh_statistics(session, (mapper.class_,))
    except DBAPIError as error:
        # The database is busy: the next night is soon enough.
        logger.warning("measuring tables: %s", error.orig)


def _alone(job: Callable[[Services], object]) -> Callable[[Services], None]:
    """A job that leaves at once while it is at work already: a long piece is no fault to be warned of."""
    at_work = threading.Lock()

    @functools.wraps(job)
    def run(services: Services) -> None:
        if at_work.acquire(blocking=False):
            try:
                job(services)
            finally:
                at_work.release()

    return run


def _add(scheduler: BaseScheduler, services: Services) -> None:
    with services.action() as action:
        due.plan_scan(action)
        figures.plan(action)
    for job in (tick, migrate, recount, sign_letters):
        scheduler.add_job(
            _alone(job),
            "interval",
            name=job.__name__,
            args=[services],
            seconds=services.settings.tick_seconds,
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=2,
            misfire_grace_time=None,
        )
    scheduler.add_job(forget, "interval", args=[services], hours=1, coalesce=True, max_instances=1)
    night = {"hour": NIGHT_HOUR, "timezone": services.calendar.timezone}
    scheduler.add_job(measure_tables, "cron", args=[services], coalesce=True, max_instances=1, **night)

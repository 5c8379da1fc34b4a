"""Jobs that take a while: worked on bit by bit, each bit in a transaction of its own, for the one who asked for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from service.db.accounts import Account
from service.db.administration import DeadlineJob
from service.db.incidents import MigrationJob
from service.domain.access import Actor
from service.operations.action import Action

if TYPE_CHECKING:
    from service.wiring import Services

Job = TypeVar("Job", MigrationJob, DeadlineJob)


def run(
    services: Services,
    kind: type[Job],
    work: Callable[[Action, Job], None],
    *permissions: str,
    now: datetime | None = None,
) -> Iterator[Job]:
    """Work on the jobs of a kind that run, the oldest first; yields the job after each bit.

    Stopping at any moment loses nothing: the job goes on behind the last thing it had looked at.
    """
    while True:
        with services.action(now=now) as action:
            job = action.session.scalar(
                select(kind)
                .where(kind.state == "running")
                .order_by(kind.created_at, kind.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if job is None:
                return
            work(_on_behalf(action, job, *permissions), job)
        yield job


def _on_behalf(action: Action, job: Job, *permissions: str) -> Action:
    """The same transaction, for the one who asked for the job, with no more rights than it needs."""
    account = action.session.get(Account, job.created_by) if job.created_by else None
    if account is None:
        return action
    return replace(
        action, actor=Actor(account.id, account.name, permissions=frozenset(permissions), sees="all")
    )

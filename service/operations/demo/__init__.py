"""An invented city to try everything with: people, records, accounts, and cases at every stage."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from service.db.cases import Fact
from service.db.people import Employee
from service.domain.errors import Conflict, Invalid
from service.operations import definitions
from service.operations.action import Action
from service.operations.demo import absences, administration, cases, employee, people, talk, views
from service.operations.demo.cast import CAST, PASSWORD
from service.operations.demo.places import SIZES

__all__ = ["CAST", "PASSWORD", "SAMPLE", "SIZES", "fill", "is_empty", "is_sample"]

SAMPLE = "sample"
"""The fact that marks a database as sample data; its value is the size."""


def is_empty(action: Action) -> bool:
    """Whether there is no employee yet."""
    return action.session.scalar(select(Employee.nip).limit(1)) is None


def is_sample(action: Action) -> bool:
    """Whether the database was filled with an invented city; only then may its clock be moved."""
    return action.session.get(Fact, SAMPLE) is not None


def fill(
    action: Action,
    size: str,
    *,
    with_cases: bool = True,
    said: Callable[[str], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Fill an empty database with an invented city as of `action.now`: rows per table.

    `said` hears of each table written, `progress` of each case. Raises Conflict where there are employees.
    """
    if size not in SIZES:
        raise Invalid(f"the size is one of {', '.join(SIZES)}, not {size}")
    if not is_empty(action):
        raise Conflict("This database has employees already; sample data is only for an empty one.")
    action.session.add(Fact(name=SAMPLE, value=size))
    counts = people.fill(action, size, said)
    counts["substitutions"] = absences.fill(action)
    administration.fill(action)
    counts["views"] = views.fill(action)
    employee.state(action)
    if with_cases:
        definitions.deploy_shipped(action)
        counts["cases"] = cases.fill(action, size, progress) + 1
        employee.move(action)
        counts["comments"] = talk.fill(action)
    return counts

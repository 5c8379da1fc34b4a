"""Letters that people write beside the decree: handing it over, answering an objection."""

from __future__ import annotations

import uuid

from service.db.letters import Letter
from service.domain.errors import Invalid, NotAllowed
from service.domain.letters import SK
from service.operations import cases
from service.operations.action import Action
from service.operations.letters.issuing import issue

ISSUE = "letter.issue"


def write(action: Action, case_id: uuid.UUID, kind_id: str) -> Letter:
    """Write a letter beside the decree: for those whose roles allow it."""
    if not action.actor.may(ISSUE):
        raise NotAllowed("Your roles do not allow you to issue letters.")
    if kind_id == SK:
        raise Invalid("The decree is issued by the decision itself.")
    case = cases.locked(action, case_id)
    return issue(action, case, kind_id, cases.data(action, case), day=action.calendar.local_date(action.now))

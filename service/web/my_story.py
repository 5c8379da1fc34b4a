"""A transfer told to the one it is about: what is happening, what comes next and when, who decides.

Before the decree an employee knows only what they were asked; afterwards everything about themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from dateutil.relativedelta import relativedelta
from flask_babel import gettext

from service.db.cases import Case, Task
from service.db.drafts import HeldDecision
from service.db.queries import cases as case_queries
from service.db.queries import own_cases as queries
from service.domain.access import Actor
from service.domain.reviews import INTERVALS
from service.engine.definitions import Definition
from service.operations import cases, definitions
from service.operations.action import Action
from service.web import answers, context, diagrams, facts, moments
from service.web.facts import Candidate, Facts
from service.web.words import role_label

Level = Literal["asked", "own", "consulted", "decided"]
REVIEWS = "evaluation"
WISHES, REQUEST, ANSWER_TO_DECREE, RULING = "aspirasi", "permohonan", "tanggapan_sk", "jawab_keberatan"


@dataclass(frozen=True, slots=True)
class Asked:
    """Something the employee was asked: still open, answered (in words), or over without an answer."""

    task: Task
    name: str
    answer: tuple[tuple[str, str], ...]
    answered_at: datetime | None

    @property
    def open(self) -> bool:
        return self.task.state == "open"


@dataclass(frozen=True, slots=True)
class Objection:
    """The term for objecting to a decree, and what came of it.

    state: open (may still object until `until`) | accepted | objected (being answered, due `until`) | ruled | late (the
    term is over without an answer).
    """

    state: Literal["open", "accepted", "objected", "ruled", "late"]
    task: Task
    until: datetime | None
    text: str = ""
    ruling: tuple[tuple[str, str], ...] = ()
    ruled_at: datetime | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One case as its employee may know it. `facts` are about them alone."""

    case: Case
    level: Level
    title: str
    now: str
    next: str
    next_when: str
    turn: str
    turn_until: datetime | None
    mine: Task | None
    asked: tuple[Asked, ...]
    steps: tuple[diagrams.Milestone, ...]
    facts: Facts | None
    own_score: Candidate | None
    objection: Objection | None
    wakes_at: datetime | None

    @property
    def over(self) -> bool:
        return self.case.status != "running"


def tell(action: Action, actor: Actor, case: Case, tasks: Sequence[Task], *, brief: bool = False) -> Story:
    """The story of a case (one of queries.of) to its employee; `brief`: its title and what is happening only."""
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    own = [task for task in tasks if task.person_nip == actor.nip]
    level = _level(actor, case, own)
    known = level in ("consulted", "decided") and not brief
    data = cases.data(action, case) if known else {}
    asked = [] if brief else _asked(action, case, definition, own)
    waiting = [task for task in tasks if task.state == "open"]
    mine = next((task for task in own if task.state == "open"), None)
    sent = mine is not None and action.session.get(HeldDecision, mine.id) is not None
    turn = None if sent else mine or next(iter(waiting), None)
    told = facts.gather(data, names=True, others=True) if known else None
    score = told.chosen if told is not None and level == "decided" else None
    shows_way = level != "asked" and not brief
    walked = case_queries.walked(action.session, case.id).get(definition.key, {}) if shows_way else {}
    tells_next = level != "asked" and case.status == "running"
    stones = diagrams.milestones(definition, walked, case.stage_element, case.status == "running")
    ahead = next((stone for stone in stones if stone.state == "ahead"), None) if tells_next else None
    decided = level == "decided" and not brief
    wakes_at = queries.next_timer(action.session, case.id) if decided else None
    return Story(
        case=case,
        level=level,
        title=_title(case, definition, level, told),
        now=gettext("Your answer was sent. It is carried out in a moment.")
        if sent
        else _now(case, level, mine),
        next=ahead.name if ahead is not None else "",
        next_when=_when(case, ahead) if ahead is not None else "",
        turn=_turn(turn, mine) if level != "asked" or mine else "",
        turn_until=turn.due_at if turn is not None and (level != "asked" or mine) else None,
        mine=None if sent else mine,
        asked=tuple(asked),
        steps=tuple(stones) if shows_way and len(stones) > 1 else (),
        facts=_about_me(told, level),
        own_score=score,
        objection=_objection(action, case, definition, tasks, own) if decided and not sent else None,
        wakes_at=wakes_at,
    )


def _level(actor: Actor, case: Case, own: Sequence[Task]) -> Level:
    """Being asked for wishes says nothing of who was chosen; being consulted about one's own move does."""
    about_me = case.subject_nip is not None and case.subject_nip == actor.nip
    if about_me and case.decided_at is not None:
        return "decided"
    if about_me and any(task.form not in (WISHES, REQUEST, None) for task in own):
        return "consulted"
    if (about_me and case.started_by == actor.id) or any(task.form == REQUEST for task in own):
        return "own"
    return "asked"


def _about_me(told: Facts | None, level: Level) -> Facts | None:
    """Nothing of other candidates, and of what others said, ever; rules and fit only after the decree."""
    if told is None:
        return None
    mine = replace(told, ranking=(), profiles=(), needs=(), surveys=(), opinions=(), wishes=())
    return mine if level == "decided" else facts.unjudged(mine)


def _title(case: Case, definition: Definition, level: Level, told: Facts | None) -> str:
    if level in ("consulted", "decided"):
        goal = told.target if told is not None else None
        if goal is None or not goal.position:
            return context.in_language(case.title, case.title_en)
        return gettext("Transfer to %(position)s, %(unit)s", position=goal.position, unit=goal.unit)
    if level == "own":
        return gettext("My request to be moved")
    model = definition.models[definition.key]
    return context.in_language(model.name, model.name_en) or definition.key


def _now(case: Case, level: Level, mine: Task | None) -> str:
    """What is happening, in one or two short sentences."""
    if case.status == "cancelled":
        return gettext("This process was cancelled. Nothing changes for you.")
    if level == "asked":
        if mine is not None:
            return gettext(
                "The HR agency asks you something. Your answer is used when candidates are compared."
            )
        if case.status == "running":
            return gettext("You have been asked. What comes of it is secret until a decision is signed.")
        return gettext("This process is over. You were asked; you were not moved by it.")
    if case.status != "running":
        return _ended(case, level)
    if mine is not None:
        return gettext("It is your turn.")
    stage = STAGES.get(case.stage_element or "")
    return stage() if stage else gettext("Your transfer is in the stage: %(stage)s.", stage=case.stage)


def _ended(case: Case, level: Level) -> str:
    if case.outcome == "sk_dicabut":
        return gettext("The decree was withdrawn. You stay where you are.")
    if level == "decided":
        return gettext("The transfer is done and was reviewed.")
    return gettext("This process ended without a transfer for you.")


def _when(case: Case, ahead: diagrams.Milestone) -> str:
    """When the next stage begins: the reviews on a day that is known, others after the present stage."""
    if ahead.element == REVIEWS and case.effective_on is not None:
        first = case.effective_on + relativedelta(months=INTERVALS[0])
        return gettext("the first about %(day)s", day=moments.day(first))
    return gettext("when the present stage is complete")


def _turn(turn: Task | None, mine: Task | None) -> str:
    if turn is None:
        return ""
    return gettext("You") if mine is not None else role_label(turn.role)


def _asked(action: Action, case: Case, definition: Definition, own: Sequence[Task]) -> list[Asked]:
    done = queries.answers(action.session, case.id, [task.id for task in own if task.state == "completed"])
    schemas = answers.schemas(definition.bundle)
    found = []
    for task in own:
        event = done.get(task.id)
        schema = schemas.get(task.form or "")
        said = answers.in_words(schema, (event.data or {}).get("answers") or {}, {}) if event else []
        name = context.in_language(task.name, task.name_en)
        found.append(Asked(task, name, tuple(said), event.at if event else None))
    return found


def _objection(
    action: Action, case: Case, definition: Definition, tasks: Sequence[Task], own: Sequence[Task]
) -> Objection | None:
    asked = next((task for task in reversed(own) if task.form == ANSWER_TO_DECREE), None)
    if asked is None:
        return None
    if asked.state == "open":
        return Objection("open", asked, queries.next_timer(action.session, case.id))
    if asked.state != "completed":
        return Objection("late", asked, asked.closed_at)
    ruling = next((task for task in reversed(tasks) if task.form == RULING), None)
    ids = [asked.id, *([ruling.id] if ruling else [])]
    done = queries.answers(action.session, case.id, ids)
    said = _answers_of(done, asked)
    if said.get("tanggapan") != "keberatan":
        return Objection("accepted", asked, None)
    text = str(said.get("keberatan_teks") or "")
    if ruling is None or ruling.state == "open":
        due = ruling.due_at if ruling else None
        return Objection("objected", asked, due, text, overdue=due is not None and due < action.now)
    schema = answers.schemas(definition.bundle).get(RULING)
    words = answers.in_words(schema, _answers_of(done, ruling), {})
    return Objection("ruled", asked, None, text, tuple(words), ruling.closed_at)


def _answers_of(done: Mapping[Any, Any], task: Task) -> Mapping[str, Any]:
    event = done.get(task.id)
    found: Mapping[str, Any] = (event.data.get("answers") or {}) if event else {}
    return found


STAGES: Mapping[str, Callable[[], str]] = {
    "needs_analysis": lambda: gettext("The HR agency is working out which units need people."),
    "competency_mapping": lambda: gettext(
        "The HR agency is comparing competences with what positions ask for, and asks employees for their wishes."
    ),
    "susun_rencana": lambda: gettext("The HR agency is drawing up a plan."),
    "consultation": lambda: gettext("You and the heads of both units are being asked for an opinion."),
    "socialization": lambda: gettext("The programme and its criteria are being explained to everybody."),
    "approval": lambda: gettext("The appraisal team advises; then the appointing authority decides."),
    "execution": lambda: gettext("The decree is being carried out: delivery, time to object, handover."),
    "evaluation": lambda: gettext("You have been moved. How it goes is reviewed after 3, 6 and 12 months."),
}
"""What a stage means to the employee, by its element in the diagrams; other stages are told by their name."""

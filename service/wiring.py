"""What a process holds: the database, the engine, the roles. Built once, shared by threads."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import holidays
from sqlalchemy.orm import Session, sessionmaker

from service.db.base import is_postgresql, make_engine
from service.domain.access import SYSTEM, Actor, Role
from service.domain.calendar import Calendar, DaysOff
from service.domain.errors import Incident
from service.engine.runner import Engine
from service.engine.steps import Limits
from service.operations import attempts, clock
from service.operations.action import Action
from service.operations.administered import Administered
from service.operations.letters import rules as letter_rules
from service.operations.mail_route import MailRoute, configured_route
from service.settings import BadSetting, Settings, shipped


@dataclass(frozen=True)
class Services:
    """Everything an action needs."""

    settings: Settings
    sessions: sessionmaker[Session]
    engine: Engine
    roles: Mapping[str, Role]
    calendar: Calendar
    days_off: DaysOff
    administered: Administered

    @contextmanager
    def action(self, actor: Actor = SYSTEM, *, now: datetime | None = None) -> Iterator[Action]:
        """One business action in one transaction: committed when the block ends, rolled back when it raises.

        A step of a case that failed stays as an incident, written after the rollback.
        """
        try:
            with self.sessions.begin() as session:
                yield self._action(session, actor, now)
        except Incident as incident:
            with self.sessions.begin() as session:
                attempts.note(self._action(session, actor, now), incident)
            raise

    @contextmanager
    def reading(
        self, actor: Actor = SYSTEM, *, now: datetime | None = None, once: bool = False
    ) -> Iterator[Action]:
        """Read only: nothing is committed, and SQLite takes no write lock. `once`: for one statement, which needs no
        transaction around it."""
        with self.sessions() as session:
            alone = once and is_postgresql(session)
            session.connection(
                execution_options={"isolation_level": "AUTOCOMMIT"} if alone else {"reading": True}
            )
            yield self._action(session, actor, now)

    def _action(self, session: Session, actor: Actor, now: datetime | None) -> Action:
        moment = now or clock.now(session)
        state = self.administered.current(session)
        self.days_off.own = state.days
        return Action(
            session=session,
            actor=actor,
            now=moment,
            engine=self.engine,
            settings=self.settings,
            roles=self.roles,
            calendar=self.calendar,
            mail=state.mail or configured_route(self.settings),
        )

    def mail_route(self) -> MailRoute | None:
        """How mail leaves now; None where none is sent."""
        with self.reading() as action:
            return action.mail


def wire(settings: Settings) -> Services:
    """Connect to the database and read the configuration. The database must have been upgraded."""
    url = settings.database_url or f"sqlite:///{Path(settings.var_dir, 'mutasi.sqlite3')}"
    letter_rules.check(settings)
    days_off = read_days_off(shipped("config") / "calendar.toml")
    calendar = Calendar(timezone=settings.timezone, is_holiday=days_off)
    return Services(
        settings=settings,
        sessions=sessionmaker(make_engine(url), expire_on_commit=False),
        engine=engine_with(calendar, limits_of(settings)),
        roles=read_roles(shipped("config") / "roles.toml"),
        calendar=calendar,
        days_off=days_off,
        administered=Administered(),
    )


def limits_of(settings: Settings) -> Limits:
    """What diagrams may cost here."""
    return Limits(
        actions_per_step=settings.actions_per_step,
        evaluation_seconds=settings.evaluation_milliseconds / 1000,
        evaluation_bytes=settings.evaluation_megabytes * 1024 * 1024,
        snapshot_bytes=settings.max_snapshot_bytes,
        diagram_bytes=settings.max_diagram_bytes,
    )


def engine_with(calendar: Calendar, limits: Limits | None = None) -> Engine:
    """The engine, with the FEEL functions of our own that diagrams may call."""
    return Engine(
        limits=limits,
        functions={
            "add working days": calendar.add_working_days,
            "working days between": calendar.working_days_between,
        },
    )


def read_roles(path: Path) -> dict[str, Role]:
    """The roles of config/roles.toml."""
    roles: dict[str, Role] = {}
    for key, entry in _toml(path).items():
        try:
            roles[key] = Role(
                id=key,
                label=entry.pop("label"),
                label_en=entry.pop("label_en"),
                lanes=tuple(entry.pop("lanes", ())),
                sees=entry.pop("sees", "own"),
                decides=entry.pop("decides", False),
                permissions=frozenset(entry.pop("permissions", ())),
            )
        except KeyError as error:
            raise BadSetting(f"{path}: role {key} lacks {error}") from error
        if entry:
            raise BadSetting(f"{path}: role {key}: unknown key {', '.join(entry)}")
    return roles


def read_calendar(path: Path, timezone: str) -> Calendar:
    """The calendar of the configuration alone, without the days that are kept in a database."""
    return Calendar(timezone=timezone, is_holiday=read_days_off(path))


@cache
def national_holidays(language: str = "id") -> Mapping[date, str]:
    """The nation's days off by the `holidays` package, named in this language, whatever the server's own is."""
    names = {"en": "en_US"}.get(language, language)
    return holidays.country_holidays("ID", categories=("government", "public"), language=names)


def read_days_off(path: Path) -> DaysOff:
    """National holidays, with the days that config/calendar.toml adds or takes."""
    entries = _toml(path)
    return DaysOff(
        national=national_holidays(),
        added={date.fromisoformat(day): name for day, name in entries.get("off", {}).items()},
        worked={date.fromisoformat(day): name for day, name in entries.get("worked", {}).items()},
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path}: {error}") from error

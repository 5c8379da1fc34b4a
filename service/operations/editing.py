"""Editing a definition in the browser: kept as a draft, checked as often as wanted, deployed when it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from service.db.accounts import Account
from service.db.definitions import Definition, DefinitionVersion
from service.db.editing import DefinitionDraft
from service.domain.errors import Conflict, Invalid, NotAllowed
from service.domain.wording import N_, Message
from service.engine import comparing
from service.engine.comparing import Change
from service.engine.steps import Finding, SourceFile
from service.operations import accounts, definitions
from service.operations.action import Action

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """What a deployment would find, and what it would change against the version the draft began from.

    `others`: the keys of the other definitions that hold what was drawn and would get a new version with it.
    """

    findings: list[Finding]
    changes: list[Change]
    others: list[str]

    @property
    def deployable(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Editor:
    """Somebody else who has a draft of the same definition."""

    name: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Again:
    """What an earlier version would change against the `latest`; `others`: its tables and forms that differ."""

    latest: int
    changes: list[Change]
    others: list[str]


def of(action: Action, key: str) -> DefinitionDraft | None:
    """The actor's own draft of a definition."""
    return action.session.get(DefinitionDraft, (key, action.actor.id)) if action.actor.id else None


def others(action: Action, key: str) -> list[Editor]:
    """Who else has begun to edit it, the latest first."""
    found = (
        select(Account.name, DefinitionDraft.saved_at)
        .join(Account, Account.id == DefinitionDraft.account_id)
        .where(DefinitionDraft.key == key, DefinitionDraft.account_id != action.actor.id)
        .order_by(DefinitionDraft.saved_at.desc())
    )
    return [Editor(*row) for row in action.session.execute(found)]


def save(action: Action, key: str, base: int, files: Mapping[str, str]) -> DefinitionDraft:
    """Keep what was drawn, whatever it is. Only diagrams of the version it began from, within the size of a diagram."""
    _may_edit(action)
    version = definitions.numbered(action.session, key, base)
    known = {file.name for file in definitions.bundle(action.session, version.id).files}
    for name, text in files.items():
        if not name.endswith(".bpmn") or name not in known:
            raise Invalid("There is no such diagram.")
        if len(text.encode("utf-8", "replace")) > action.settings.max_diagram_bytes:
            raise Invalid("The diagram is too large.")
    assert action.actor.id is not None
    draft = of(action, key)
    if draft is None:
        draft = DefinitionDraft(key=key, account_id=action.actor.id)
        action.session.add(draft)
    draft.base, draft.files, draft.saved_at = base, dict(files), action.now
    action.session.flush()
    return draft


def discard(action: Action, key: str) -> None:
    """Throw the actor's own draft away."""
    draft = of(action, key)
    if draft is not None:
        action.session.delete(draft)


def check(action: Action, key: str, base: int, files: Mapping[str, str]) -> Checked:
    """What would be found and what would change if this were deployed. Nothing is stored."""
    _may_edit(action)
    version = definitions.numbered(action.session, key, base)
    before = definitions.bundle(action.session, version.id).files
    drawn = sources(files)
    others = [holder for holder in definitions.holders_of(action.session, drawn) if holder != key]
    found = definitions.findings(action, drawn) if drawn else []
    return Checked(found, comparing.compare(before, drawn), others)


def deploy(action: Action, key: str, note: str) -> DefinitionVersion:
    """Deploy the actor's draft as the next version and forget the draft.

    Raises Invalid without a draft or a reason, Conflict (by whom, when) when a later version was deployed meanwhile,
    InvalidDefinition with the findings.
    """
    _may_edit(action)
    draft = of(action, key)
    if draft is None or not draft.files:
        raise Invalid("Nothing was changed yet.")
    if not note.strip():
        raise Invalid("Say what changed, and why.", {"note": "This field is required."})
    _check_latest(action, key, draft.base)
    deployed = definitions.deploy(action, sources(draft.files), note.strip()[:LONGEST_NOTE])
    discard(action, key)
    return next((version for version in deployed if version.key == key), deployed[0])


def changes_again(action: Action, key: str, number: int) -> Again:
    """What would change if an earlier version were deployed again. Raises Conflict when it is the latest."""
    _may_edit(action)
    earlier, latest = (
        definitions.numbered(action.session, key, number),
        definitions.latest(action.session, key),
    )
    if earlier.digest == latest.digest:
        raise Conflict("The latest version holds the same.")
    before, after = (definitions.bundle(action.session, version.id).files for version in (latest, earlier))
    kept = {(file.name, file.sha256) for file in before}
    others = [
        file.name
        for file in after
        if not file.name.endswith(".bpmn") and (file.name, file.sha256) not in kept
    ]
    return Again(latest.version, comparing.compare(before, after), others)


def deploy_again(action: Action, key: str, number: int, latest: int, note: str) -> DefinitionVersion:
    """Deploy what an earlier version holds as the next one; other definitions keep theirs. Running cases stay.

    `latest`: the version that it takes the place of. Raises Invalid without a reason, Conflict (by whom, when) when a
    later one was deployed meanwhile, InvalidDefinition when it holds no more, such as for a role that is gone.
    """
    _may_edit(action)
    if not note.strip():
        raise Invalid("Say why.", {"note": "This field is required."})
    _check_latest(action, key, latest)
    return definitions.deploy_again(action, key, number, note.strip()[:LONGEST_NOTE])


def _check_latest(action: Action, key: str, expected: int) -> None:
    """Nobody deployed since; the definition stays locked until the transaction ends."""
    action.session.get(Definition, key, with_for_update=True)
    latest = definitions.latest(action.session, key)
    if latest.version != expected:
        raise Conflict(
            Message(N_("Version %(number)s was deployed meanwhile."), number=latest.version),
            by=accounts.name_of(action, latest.deployed_by),
            at=latest.deployed_at,
        )


def sources(files: Mapping[str, str]) -> Sequence[SourceFile]:
    """The diagrams of a draft as files."""
    return [SourceFile(name, text.encode("utf-8", "replace")) for name, text in sorted(files.items())]


def _may_edit(action: Action) -> None:
    if not action.actor.may("definition.deploy"):
        raise NotAllowed("Only a process owner may deploy definitions.")

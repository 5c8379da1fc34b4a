"""Deploying definitions: check, resolve what they need, and store a version."""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.db.cases import DueWork
from service.db.definitions import Definition as DefinitionRow
from service.db.definitions import DefinitionFile, DefinitionVersion, SourceContent
from service.db.queries import definitions as definition_queries
from service.domain.errors import InvalidDefinition, MutasiError, NotAllowed, NotFound
from service.domain.ids import new_id
from service.domain.wording import Message
from service.engine import confined, decisions
from service.engine.definitions import Definition
from service.engine.runner import Engine
from service.engine.steps import Bundle, Finding, SourceFile
from service.operations import effects, source_contents, timer_starts
from service.operations.action import Action
from service.operations.recording import write_event
from service.settings import shipped

if TYPE_CHECKING:
    from service.wiring import Services

logger = logging.getLogger(__name__)

_CACHED_BUNDLES = 64
_bundles: OrderedDict[uuid.UUID, Bundle] = OrderedDict()
_lock = threading.Lock()


def deploy(action: Action, files: Sequence[SourceFile], note: str = "") -> list[DefinitionVersion]:
    """Store a version of every executable process in the files. What they refer to and is not among them comes from the
    latest versions, else from the shipped folders. Raises InvalidDefinition with all findings; nothing is stored then.
    """
    if not action.actor.may("definition.deploy"):
        raise NotAllowed("Only a process owner may deploy definitions.")
    library = _library(action.session)
    found = findings(action, files, library)
    if any(finding.severity == "error" for finding in found):
        raise InvalidDefinition(found)
    sources = {**library, **{file.name: file for file in files}}
    processes = [process for file in files for process in executable_processes(file)]
    affected = [key for key in holders_of(action.session, files) if key not in processes]
    if not processes and not affected:
        raise InvalidDefinition(
            [
                Finding(
                    files[0].name if files else "",
                    None,
                    "no-process",
                    "error",
                    Message("There is no executable process in the files, and no definition uses them."),
                    Message(
                        "Set isExecutable to true on the process, or upload the diagram with its tables and forms."
                    ),
                )
            ]
        )
    return [_store(action, process, sources, note, found) for process in [*processes, *affected]]


def deploy_again(action: Action, key: str, number: int, note: str) -> DefinitionVersion:
    """Store what an earlier version holds, all its files as they were, as the latest. Raises as `deploy` does."""
    files = bundle(action.session, numbered(action.session, key, number).id).files
    found = findings(action, files, {})
    if any(finding.severity == "error" for finding in found):
        raise InvalidDefinition(found)
    return _store(action, key, {file.name: file for file in files}, note, found)


def findings(
    action: Action, files: Sequence[SourceFile], library: Mapping[str, SourceFile] | None = None
) -> list[Finding]:
    """All that is wrong with files that were to be deployed together, checked in a process of its own."""
    known = {role.id for role in action.roles.values()} | {
        lane for role in action.roles.values() for lane in role.lanes
    }
    return confined.check(
        files,
        library=_library(action.session) if library is None else library,
        roles=known,
        functions=action.engine.functions,
        limits=action.engine.limits,
        seconds=action.settings.check_seconds,
        megabytes=action.settings.check_megabytes,
    )


def holders_of(session: Session, files: Sequence[SourceFile]) -> list[str]:
    """The definitions whose latest version holds one of these files: a changed stage is a new version of its callers."""
    return list(
        session.scalars(
            select(DefinitionVersion.key)
            .distinct()
            .join(DefinitionRow, DefinitionRow.key == DefinitionVersion.key)
            .join(DefinitionFile, DefinitionFile.version_id == DefinitionVersion.id)
            .where(
                DefinitionVersion.version == DefinitionRow.latest,
                DefinitionFile.name.in_([file.name for file in files]),
            )
            .order_by(DefinitionVersion.key)
        )
    )


def deploy_shipped(action: Action) -> list[DefinitionVersion]:
    """Deploy the shipped definitions that are not the latest already; answers the latest of each. Safe to repeat.

    What somebody here has changed stays as it is: an upgrade never takes a city's own process away.
    """
    files = [SourceFile(path.name, path.read_bytes()) for path in _shipped_files() if path.suffix == ".bpmn"]
    sources = {file.name: file for file in _read_shipped()}
    versions = []
    for file in files:
        for process in executable_processes(file):
            own = _changed_here(action.session, process)
            versions.append(own or _store(action, process, sources, "shipped", []))
    return versions


def _changed_here(session: Session, key: str) -> DefinitionVersion | None:
    """The latest version, when a person deployed it."""
    if session.get(DefinitionRow, key) is None:
        return None
    version = latest(session, key)
    return version if version.deployed_by is not None else None


def bundle(session: Session, version_id: uuid.UUID) -> Bundle:
    """The files of a version, from the cache of this process when they were read before (versions never change)."""
    with _lock:
        found = _bundles.get(version_id)
        if found is not None:
            _bundles.move_to_end(version_id)
            return found
    rows = session.execute(
        select(DefinitionVersion.key, DefinitionFile.name, SourceContent.content)
        .join(DefinitionFile, DefinitionFile.version_id == DefinitionVersion.id)
        .join(SourceContent, SourceContent.sha256 == DefinitionFile.sha256)
        .where(DefinitionVersion.id == version_id)
        .order_by(DefinitionFile.name)
    ).all()
    if not rows:
        raise NotFound("This version of the definition does not exist.")
    read = Bundle(rows[0].key, tuple(SourceFile(row.name, row.content) for row in rows))
    with _lock:
        _bundles[version_id] = read
        while len(_bundles) > _CACHED_BUNDLES:
            _bundles.popitem(last=False)
    return read


def compiled(session: Session, engine: Engine, version_id: uuid.UUID) -> Definition:
    """The compiled definition of a version."""
    return engine.definition(bundle(session, version_id))


def compile_in_use(services: Services) -> None:
    """Compile what pages name and cases run on ahead of its first reader. One that cannot be compiled is logged, and
    refused to whoever opens it."""
    with services.reading() as action:
        wanted = definition_queries.in_use(action.session, _CACHED_BUNDLES)
    for version_id in wanted:
        try:
            with services.reading() as action:
                read = bundle(action.session, version_id)
            services.engine.definition(read)
        except MutasiError as error:
            logger.warning("definition version %s cannot be compiled: %s", version_id, error)


def latest(session: Session, key: str) -> DefinitionVersion:
    """The version new cases begin with. Raises NotFound."""
    version = session.scalar(
        select(DefinitionVersion)
        .join(DefinitionRow, DefinitionRow.key == DefinitionVersion.key)
        .where(DefinitionVersion.key == key, DefinitionVersion.version == DefinitionRow.latest)
    )
    if version is None:
        raise NotFound(Message("There is no definition %(key)s.", key=key))
    return version


def numbered(session: Session, key: str, number: int) -> DefinitionVersion:
    """A version by its number. Raises NotFound."""
    version = session.scalar(
        select(DefinitionVersion).where(DefinitionVersion.key == key, DefinitionVersion.version == number)
    )
    if version is None:
        raise NotFound(Message("There is no version %(number)s of %(key)s.", key=key, number=number))
    return version


def executable_processes(file: SourceFile) -> list[str]:
    """The ids of the executable processes of a diagram; none for other files."""
    if not file.name.endswith(".bpmn"):
        return []
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(file.content, parser)
    except etree.XMLSyntaxError:
        return []
    space = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
    return [
        process.get("id", "")
        for process in root.iter(f"{space}process")
        if process.get("isExecutable", "true").lower() in ("true", "1")
    ]


def _store(
    action: Action, process: str, sources: Mapping[str, SourceFile], note: str, found: Iterable[Finding]
) -> DefinitionVersion:
    built = _bundle_of(process, sources)
    session = action.session
    row = session.get(DefinitionRow, process, with_for_update=True)
    if row is not None:
        current = latest(session, process)
        if current.digest == built.digest:
            return current
    definition = action.engine.definition(built)
    if row is None:
        row = DefinitionRow(key=process, name=definition.name or process, latest=0)
        session.add(row)
        session.flush()
    row.latest += 1
    row.name = definition.name or process
    version = DefinitionVersion(
        id=new_id(),
        key=process,
        version=row.latest,
        name=row.name,
        digest=built.digest,
        deployed_at=action.now,
        deployed_by=action.actor.id,
        note=note,
        findings=[
            {
                "element": finding.element or "",
                "rule": finding.rule,
                "message": finding.message,
                "mend": finding.mend,
            }
            for finding in found
        ],
    )
    session.add(version)
    source_contents.keep(session, {file.sha256: file.content for file in built.files})
    version.files = [DefinitionFile(name=file.name, sha256=file.sha256) for file in built.files]
    session.flush()
    session.execute(delete(DueWork).where(DueWork.kind == "start", DueWork.key.like(f"start:{process}:%")))
    timer_starts.plan(action, definition)
    write_event(action, "definition_deployed", name=process, data={"version": row.latest, "note": note})
    return version


def _bundle_of(process: str, sources: Mapping[str, SourceFile]) -> Bundle:
    """The process's own file and all it refers to, directly or not, by the names of files."""
    holders = {name: file for file in sources.values() for name in executable_processes(file)}
    wanted: dict[str, SourceFile] = {}
    todo = [process]
    while todo:
        name = todo.pop()
        file = holders.get(name) or sources.get(name)
        if file is None or file.name in wanted:
            continue
        wanted[file.name] = file
        todo += _references(file, sources)
    return Bundle(process, tuple(wanted[name] for name in sorted(wanted)))


def _references(file: SourceFile, sources: Mapping[str, SourceFile]) -> list[str]:
    """What a file refers to: called processes by id, decisions (also those its effects ask, and those that a model
    imports) and forms by file name."""
    if file.name.endswith(".dmn"):
        others = {
            other.content: name for name, other in sources.items() if name.endswith(".dmn") and other != file
        }
        return [others[content] for content in decisions.imported(file.content, list(others))]
    if not file.name.endswith(".bpmn"):
        return []
    root = etree.fromstring(
        file.content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    )
    found: list[str] = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if called := element.get("calledElement"):
            found.append(called)
        if form := element.get("{http://mutasi.id/schema/bpmn/1}form"):
            found.append(f"{form}.json")
        if decision := element.get("{http://mutasi.id/schema/bpmn/1}decision"):
            found.append(f"{decision}.dmn")
        if element.get("{http://mutasi.id/schema/bpmn/1}effect"):
            found += [f"{model}.dmn" for model in effects.MODELS]
    return found


def _library(session: Session) -> dict[str, SourceFile]:
    """Files by name: those of the latest versions, over the shipped ones."""
    library = {file.name: file for file in _read_shipped()}
    rows = session.execute(
        select(DefinitionFile.name, SourceContent.content)
        .join(DefinitionVersion, DefinitionVersion.id == DefinitionFile.version_id)
        .join(DefinitionRow, DefinitionRow.key == DefinitionVersion.key)
        .join(SourceContent, SourceContent.sha256 == DefinitionFile.sha256)
        .where(DefinitionVersion.version == DefinitionRow.latest)
        .order_by(DefinitionVersion.deployed_at)
    )
    return library | {row.name: SourceFile(row.name, row.content) for row in rows}


def _shipped_files() -> list[Path]:
    return [
        path
        for folder in ("workflows", "forms")
        for path in sorted(shipped(folder).iterdir())
        if path.is_file()
    ]


def _read_shipped() -> list[SourceFile]:
    return [
        SourceFile(path.name, path.read_bytes())
        for path in _shipped_files()
        if path.suffix in (".bpmn", ".dmn", ".json")
    ]

"""Which further files a few files need: the processes they call and the decisions they ask, by file name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from service.engine import decisions
from service.engine.reading import read
from service.engine.steps import SourceFile
from service.engine.xml import UnsafeXml, parse


def with_needed(
    files: Sequence[SourceFile], library: Mapping[str, SourceFile], most_bytes: int
) -> tuple[SourceFile, ...]:
    """The diagrams and decisions among the files with all that they refer to, directly or not, by name.

    A file of the library that cannot be read is left out: what refers to it finds nothing.
    """
    found: dict[str, SourceFile] = {}
    todo = [file for file in files if file.name.endswith((".bpmn", ".dmn"))]
    known = {**library, **{file.name: file for file in files}}
    while todo:
        file = todo.pop()
        if file.name in found:
            continue
        found[file.name] = file
        todo += [known[name] for name in _references(file, known, most_bytes) if name in known]
    return tuple(found[name] for name in sorted(found))


def _references(file: SourceFile, known: Mapping[str, SourceFile], most_bytes: int) -> Iterator[str]:
    if file.name.endswith(".dmn"):
        others = {
            other.content: name
            for name, other in known.items()
            if name.endswith(".dmn") and name != file.name
        }
        with suppress(decisions.InvalidDecision):
            yield from (others[content] for content in decisions.imported(file.content, list(others)))
        return
    try:
        diagram = read(parse(file.content, most_bytes), file.name)
    except UnsafeXml:
        return
    for process in diagram.processes:
        for node in process.all_nodes():
            if node.called:
                yield f"{node.called}.bpmn"
            if decision := node.mutasi.get("decision"):
                yield f"{decision}.dmn"

"""Reading data objects and the associations that fill them, and who is named as the owner of a task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from service.domain.wording import Message
from service.engine.model import DataMove, Loop, Node
from service.engine.reading_xml import B, text


@dataclass(frozen=True)
class DataObjects:
    """The data objects of a process. A data object is the variable of its id.

    `references`: reference id -> data object id. `stores`: references to data stores, which live outside of
    the case: drawing one says where data comes from and moves nothing.
    """

    objects: frozenset[str]
    references: dict[str, str]
    stores: frozenset[str]

    @classmethod
    def of(cls, process: etree._Element) -> DataObjects:
        return cls(
            frozenset(element.get("id", "") for element in process.iter(f"{B}dataObject")),
            {
                element.get("id", ""): element.get("dataObjectRef", "")
                for element in process.iter(f"{B}dataObjectReference")
            },
            frozenset(element.get("id", "") for element in process.iter(f"{B}dataStoreReference")),
        )

    def lost(self) -> list[str]:
        """References to data objects that do not exist. Drawing tools leave the attribute out of a mere picture."""
        return [name for name, target in self.references.items() if target and target not in self.objects]

    def variable(self, reference: str) -> str | None:
        """The variable that a reference, or an object itself, stands for."""
        if reference in self.references:
            return self.references[reference] or None
        return reference if reference in self.objects else None

    def in_loop(self, loop: Loop | None) -> Loop | None:
        """A loop over a data object, and one that fills one, by the variables that these stand for."""
        if loop is None:
            return None
        return replace(
            loop,
            collection=self.variable(loop.collection or "") or loop.collection,
            output=self.variable(loop.output or "") or loop.output,
        )

    def associate(self, element: etree._Element, node: Node) -> None:
        """Note what an activity or event reads and writes; what is wrong with it is refused at the node."""
        inner = _parameters(element)
        for association in element.iterchildren(f"{B}dataInputAssociation"):
            node.reads += self._moves(association, inner, node)
        for association in element.iterchildren(f"{B}dataOutputAssociation"):
            node.writes += self._moves(association, inner, node)

    def _moves(self, association: etree._Element, inner: dict[str, str], node: Node) -> Iterator[DataMove]:
        sources = [text(part) for part in association.iterchildren(f"{B}sourceRef")]
        target = text(association.find(f"{B}targetRef"))
        if target in self.stores or any(source in self.stores for source in sources):
            return
        for reference in (*sources, target):
            if reference and self.variable(reference) is None and reference not in inner:
                message = Message(
                    "A data association names '%(name)s', which does not exist.", name=reference
                )
                node.refused.append(("data-association", message))
                return
        shared = self.variable(target) is not None
        for assignment in association.iterchildren(f"{B}assignment"):
            to = text(assignment.find(f"{B}to"))
            name = self.variable(to) or inner.get(to) or to
            yield DataMove(text(assignment.find(f"{B}from")), name, shared)
        if association.find(f"{B}assignment") is not None:
            return
        into = self.variable(target) or inner.get(target) or ""
        transformation = text(association.find(f"{B}transformation"))
        source = transformation or next(
            (self.variable(one) or inner.get(one) or one for one in sources), into
        )
        if into and (shared or source != into):
            yield DataMove(source or into, into, shared)


def _parameters(element: etree._Element) -> dict[str, str]:
    """The data inputs, outputs and properties of an element: id -> variable."""
    found = {}
    for kind in ("dataInput", "dataOutput", "property"):
        for part in element.iter(f"{B}{kind}"):
            found[part.get("id", "")] = part.get("name") or part.get("id") or ""
    return found


def owner_of(element: etree._Element) -> str | None:
    """The role that a potential owner or human performer names, where it is written as plain text."""
    for kind in ("potentialOwner", "humanPerformer", "performer"):
        for owner in element.iterchildren(f"{B}{kind}"):
            written = text(owner.find(f"{B}resourceAssignmentExpression")) or text(
                owner.find(f"{B}resourceRef")
            )
            if written:
                return written
    return None

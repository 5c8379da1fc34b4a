"""The types that a model defines (DMN 1.5, section 7.3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from service.domain.wording import Message
from service.engine import feel
from service.engine.decisions.elements import InvalidDecision, child, children, name_of, text, typed
from service.engine.feel.run import Budget, Run, Scope
from service.engine.feel.types import ANY, NAMED, Allowed, ContextOf, FunctionOf, ListOf, Type

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MAX_DEPTH = 30


@dataclass(frozen=True)
class PartialContext(ContextOf):
    """A context of which entries may be missing: data from outside need not name what is null."""

    def holds(self, value: Any, budget: Budget) -> bool:
        return isinstance(value, Mapping) and all(
            kind.holds_or_null(value.get(name), budget) for name, kind in self.entries.items()
        )


class ItemTypes:
    """The item definitions of one file.

    `shapes` are what `instance of` asks for; `checked` are what values are converted to, with the values that
    are allowed.
    """

    def __init__(self, root: etree._Element, strict: bool) -> None:
        self._strict = strict
        self._definitions = {name_of(element): element for element in children(root, "itemDefinition")}
        self._imported: dict[str, ItemTypes] = {}
        self.checked: dict[str, Type] = {}
        self.shapes: dict[str, Type] = {}

    def resolve(self, imported: Mapping[str, ItemTypes]) -> None:
        """Read all definitions; `imported` are those of other files by the names they are imported under."""
        self._imported = dict(imported)
        for prefix, types in imported.items():
            for name in types._definitions:
                self.shapes[f"{prefix}.{name}"] = types._named(name, 0, checked=False)
        for name in self._definitions:
            self.checked[name] = self._named(name, 0, checked=True)
            self.shapes[name] = self._named(name, 0, checked=False)

    def of(self, reference: str | None) -> Type | None:
        """What a typeRef asks of values; None when it asks nothing, or names nothing that is known."""
        if not reference:
            return None
        found = self._named(reference, 0, checked=True)
        return None if found is ANY else found

    def _named(self, reference: str, depth: int, *, checked: bool) -> Type:
        if ":" in reference and reference not in self._definitions:
            reference = reference.rpartition(":")[2]
        known = (self.checked if checked else self.shapes).get(reference)
        if known is not None:
            return known
        if reference in self._definitions and depth < MAX_DEPTH:
            return self._defined(self._definitions[reference], depth + 1, checked)
        prefix, _, local = reference.partition(".")
        if local and prefix in self._imported and depth < MAX_DEPTH:
            return self._imported[prefix]._named(local, depth + 1, checked=checked)
        return NAMED.get(reference, ANY)

    def _defined(self, element: etree._Element, depth: int, checked: bool) -> Type:
        components = list(children(element, "itemComponent"))
        function = child(element, "functionItem")
        if components:
            entries = {name_of(part): self._defined(part, depth + 1, checked) for part in components}
            kind: Type = PartialContext(entries) if checked else ContextOf(entries)
        elif function is not None:
            kind = FunctionOf(
                tuple(self._part(part, depth, checked) for part in children(function, "parameters")),
                self._named(function.get("outputTypeRef") or "Any", depth + 1, checked=checked),
            )
        else:
            kind = self._part(element, depth, checked)
        if checked:
            kind = self._allowed(kind, child(element, "allowedValues"))
        if element.get("isCollection") == "true":
            kind = ListOf(kind)
        return self._allowed(kind, child(element, "typeConstraint")) if checked else kind

    def _part(self, element: etree._Element, depth: int, checked: bool) -> Type:
        if depth >= MAX_DEPTH:
            return ANY
        return self._named((typed(element) or "Any").strip(), depth + 1, checked=checked)

    def _allowed(self, kind: Type, constraint: etree._Element | None) -> Type:
        source = text(constraint).strip()
        if not source:
            return kind
        try:
            tests = feel.compile_unary_tests(source, strict=False)
        except feel.FeelSyntaxError as error:
            if self._strict:
                raise InvalidDecision(
                    Message("%(text)s: %(problem)s", text=repr(source), problem=error.located),
                    _owner(constraint),
                ) from error
            return kind
        return Allowed(
            kind, lambda value, budget: tests.closure(value, Scope({}), Run(_BEGINNING, budget, False))
        )


def _owner(element: etree._Element | None) -> str | None:
    parent = None if element is None else element.getparent()
    return None if parent is None else parent.get("id") or parent.get("name")

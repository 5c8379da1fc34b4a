"""From the elements of decision models to a graph of nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from service.domain.wording import Message
from service.engine import feel
from service.engine.decisions.boxed import BOXED, Boxes, Functions, nothing
from service.engine.decisions.elements import InvalidDecision, child, children, name_of, tag, typed
from service.engine.decisions.item_types import ItemTypes
from service.engine.decisions.model import DecisionModel, Evaluation, Node, Required
from service.engine.feel.compiler import fitted
from service.engine.feel.iteration import Closure
from service.engine.feel.run import Run, Scope

_NODES = ("inputData", "decision", "businessKnowledgeModel", "decisionService")


class Reader:
    """Reads several models into one graph; what they name is found by namespace and id."""

    def __init__(self, roots: Sequence[etree._Element], strict: bool, functions: Functions) -> None:
        self.roots = roots
        self.strict = strict
        self.functions = functions
        self.nodes: dict[str, Node] = {}
        self.names = frozenset(
            name
            for root in roots
            for element in root.iter()
            if isinstance(element.tag, str)
            if (name := name_of(element))
        )
        self.types = {_namespace(root): ItemTypes(root, strict) for root in roots}

    def model(self) -> DecisionModel:
        """The compiled graph. Raises InvalidDecision."""
        for root in self.roots:
            imports = {name: space for space, name in _imports(root).items() if name}
            self.types[_namespace(root)].resolve(
                {name: self.types[space] for name, space in imports.items() if space in self.types}
            )
        for root in self.roots:
            reader = _ModelReader(self, root)
            for element in children(root, *_NODES):
                node = reader.node(element)
                if node.key in self.nodes:
                    raise InvalidDecision(Message("the id %(id)s stands twice", id=node.id), node.id)
                self.nodes[node.key] = node
        self._check()
        return DecisionModel(self.nodes, self.strict)

    def _check(self) -> None:
        for node in self.nodes.values():
            for required in node.requires:
                if required.node not in self.nodes:
                    missing = required.node.rpartition("#")[2]
                    raise InvalidDecision(
                        Message(
                            "%(name)s requires %(missing)s, which is not there",
                            name=node.name,
                            missing=missing,
                        ),
                        node.id,
                    )
        settled: set[str] = set()
        for node in self.nodes.values():
            self._follow(node, settled)

    def _follow(self, first: Node, settled: set[str]) -> None:
        """Refuse decisions that require each other; knowledge models may call themselves."""
        path: list[str] = []
        waiting: list[tuple[Node, bool]] = [(first, False)]
        while waiting:
            node, done = waiting.pop()
            if done:
                path.pop()
                settled.add(node.key)
            elif node.key in path:
                raise InvalidDecision(Message("%(name)s requires itself", name=node.name), node.id)
            elif node.key not in settled and node.kind == "decision":
                path.append(node.key)
                waiting.append((node, True))
                waiting += [(self.nodes[required.node], False) for required in node.requires]


class _ModelReader:
    """Reads the nodes of one file."""

    def __init__(self, graph: Reader, root: etree._Element) -> None:
        self.graph = graph
        self.space = _namespace(root)
        self.imports = _imports(root)
        self.types = graph.types[self.space]
        self.boxes = Boxes(graph.names, self.types, graph.strict, graph.functions)

    def node(self, element: etree._Element) -> Node:
        kind = tag(element)
        variable = child(element, "variable")
        name = (
            (name_of(variable) if variable is not None else "") or name_of(element) or element.get("id") or ""
        )
        identity = element.get("id") or name
        key = f"{self.space}#{identity}"
        requires = tuple(self._requirements(element))
        if kind == "decisionService":
            parts = children(element, "outputDecision", "inputDecision", "inputData")
            requires = tuple(self._required(part) for part in parts)
            return Node(key, identity, name, kind, requires, self._service(element, name))
        if kind == "businessKnowledgeModel":
            return Node(key, identity, name, kind, requires, self._knowledge(element, key, name))
        boxed = child(element, *BOXED)
        body = self.boxes.read(boxed, identity) if boxed is not None else nothing
        return Node(key, identity, name, kind, requires, body, self.types.of(typed(variable)))

    def _requirements(self, element: etree._Element) -> Iterator[Required]:
        for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
            for target in requirement:
                if target.get("href"):
                    yield self._required(target)

    def _required(self, target: etree._Element) -> Required:
        space, _, identity = (target.get("href") or "").rpartition("#")
        space = space if space in self.graph.types else self.space
        key = f"{space}#{identity}"
        return Required(key, self.imports.get(space) if space != self.space else None)

    def _knowledge(self, element: etree._Element, key: str, name: str) -> Closure:
        logic = child(element, "encapsulatedLogic")
        if logic is None:
            return nothing
        return self.boxes.function(logic, name, lambda scope, run: _scope(run, key))

    def _service(self, element: etree._Element, name: str) -> Closure:
        outputs = [self._required(part).node for part in children(element, "outputDecision")]
        inputs = [self._required(part).node for part in children(element, "inputData")]
        inputs += [self._required(part).node for part in children(element, "inputDecision")]
        nodes = self.graph.nodes

        def evaluate(scope: Scope, run: Run) -> feel.Function:
            assert isinstance(run, Evaluation)
            parameters = [nodes[key] for key in inputs]
            types = tuple(node.type for node in parameters)

            def call(*arguments: object) -> object:
                run.budget.spend(5)
                given = fitted(arguments, types, run)
                data = {
                    node.name: value
                    for node, value in zip(parameters, given, strict=True)
                    if node.kind == "inputData"
                }
                inner = Evaluation(
                    run.now, run.budget, run.strict, run.model, data, matched=run.matched, depth=run.depth + 1
                )
                inner.made.update(zip(inputs, given, strict=True))
                made = {nodes[key].name: inner.value(nodes[key]) for key in outputs}
                return next(iter(made.values())) if len(made) == 1 else made

            return feel.Function(call, tuple(node.name for node in parameters), name=name, types=types)

        return evaluate


def _scope(run: Run, key: str) -> Scope:
    """What a knowledge model may read when it is called."""
    assert isinstance(run, Evaluation)
    return run.scope(run.model.nodes[key])


def _namespace(root: etree._Element) -> str:
    return root.get("namespace") or ""


def _imports(root: etree._Element) -> dict[str, str | None]:
    """The namespaces that a file imports, and the names it gives them."""
    return {element.get("namespace") or "": name_of(element) or None for element in children(root, "import")}

"""What processes, steps and stages are called on the latest diagrams, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext

from service.db.queries import definitions as definition_queries
from service.engine.definitions import Definition
from service.operations import definitions
from service.operations.action import Action
from service.web import context, diagrams


class Names:
    def __init__(self, action: Action) -> None:
        self.versions = definition_queries.latest(action.session)
        self.compiled: dict[str, Definition] = {}
        self._stages: dict[str, str] = {}
        for key, version_id in self.versions.items():
            self.compiled[key] = definitions.compiled(action.session, action.engine, version_id)
        for definition in self.compiled.values():
            for node in definition.elements.values():
                if node.process == definition.key and node.name:  # a task beside the stages is one, too
                    self._stages[node.name] = context.in_language(node.name, node.name_en)

    def definition(self, key: str) -> str:
        found = self.compiled.get(key)
        return context.in_language(found.name, found.name_en) if found else key

    def definitions(self) -> list[tuple[str, str]]:
        """(key, name) of each, to choose from."""
        return [(key, self.definition(key)) for key in self.compiled]

    def process(self, process: str) -> str:
        for definition in self.compiled.values():
            if process in definition.models:
                return diagrams.process_name(definition, process)
        return process

    def step(self, process: str, element: str) -> str:
        for definition in self.compiled.values():
            node = definition.elements.get((process, element))
            if node is not None and node.name:
                return context.in_language(node.name, node.name_en)
        return element

    def stage(self, stage: str) -> str:
        return self._stages.get(stage, stage) or gettext("No stage yet")

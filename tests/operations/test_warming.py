"""Warming up after a start: the definitions in use and the templates are compiled before somebody asks for them."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from jinja2 import DictLoader, Environment
from sqlalchemy import update

from service import warming
from service.db.definitions import SourceContent
from service.engine import runner
from service.engine.steps import Bundle, SourceFile
from service.operations import definitions
from service.wiring import Services, engine_with
from tests.operations.diagrams import branches, limited
from tests.operations.test_tasks import start
from tests.world import World


def deploy(services: Services, world: World, file: SourceFile) -> str:
    """The digest of the new version."""
    with services.action(world.intan) as action:
        return definitions.deploy(action, [file])[0].digest


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The digests of what was compiled since."""
    seen: list[str] = []
    compile_ = runner._compiled

    def noting(bundle: Bundle, *rest: object) -> object:
        seen.append(bundle.digest)
        return compile_(bundle, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(runner, "_compiled", noting)
    return seen


def test_every_definition_in_use_is_compiled_and_a_broken_one_stops_nothing(
    services: Services, world: World, compiled: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    broken = limited()
    deploy(services, world, broken)
    unused = deploy(services, world, branches("Tanpa berkas"))
    older = deploy(services, world, branches("Masih berjalan"))
    start(services, world.ani)
    latest = deploy(services, world, branches("Terbaru"))
    with services.sessions.begin() as session:
        session.execute(
            update(SourceContent)
            .where(SourceContent.sha256 == broken.sha256)
            .values(content=broken.content.replace(b"<process", b"<proces"))
        )
    started = replace(services, engine=engine_with(services.calendar))
    templates = Environment(loader=DictLoader({"page.html": "{{ 1 + 1 }}"}), autoescape=True)
    compiled.clear()
    with caplog.at_level(logging.WARNING):
        warming.in_background(started, templates).join(30)
    assert {older, latest} <= set(compiled)
    assert unused not in compiled
    assert len([line for line in caplog.messages if "cannot be compiled" in line]) == 1
    assert len(templates.cache or ()) == 1

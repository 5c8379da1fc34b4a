"""The decision models that effects ask: the case's own, else the latest deployed, else the shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import select

from service.db.cases import Case
from service.db.definitions import DefinitionFile, DefinitionVersion, SourceContent
from service.domain.placement import Weight
from service.operations.action import Action
from service.settings import BadSetting, shipped


@dataclass(frozen=True, slots=True)
class LoadParameters:
    """WKE (effective working time of one person) in minutes a year, and the ratios that count as even."""

    wke: float
    least: float
    most: float


def model(action: Action, case: Case | None, name: str) -> bytes:
    """The bytes of `<name>.dmn`. A case keeps the rules of its own version when that version holds them."""
    wanted = (
        select(SourceContent.content)
        .join(DefinitionFile, DefinitionFile.sha256 == SourceContent.sha256)
        .where(DefinitionFile.name == f"{name}.dmn")
    )
    if case is not None:
        own = wanted.where(DefinitionFile.version_id == case.definition_version_id)
        if (content := action.session.scalar(own)) is not None:
            return content
    latest = (
        wanted.join(DefinitionVersion, DefinitionVersion.id == DefinitionFile.version_id)
        .order_by(DefinitionVersion.deployed_at.desc())
        .limit(1)
    )
    return action.session.scalar(latest) or _shipped_model(name)


def decide(action: Action, case: Case | None, name: str, facts: Mapping[str, Any], decision: str = "") -> Any:
    """The value of a decision of the model; of the one with the model's own name when none is given."""
    content = model(action, case, name)
    return action.engine.decide(content, decision or name, facts, action.now).value


def load_parameters(action: Action, case: Case | None, day: date) -> LoadParameters:
    """The workload parameters in force on `day`."""
    found = decide(action, case, "parameter_mutasi", {"tanggal": day.isoformat()})["beban_kerja"]
    return LoadParameters(
        float(found["wke_menit"]), float(found["rasio_minimum"]), float(found["rasio_maksimum"])
    )


def weights(action: Action, case: Case | None, day: date) -> list[Weight]:
    """The weights of the eight placement aspects in force on `day`."""
    rows = decide(action, case, "bobot_penempatan", {"tanggal": day.isoformat()})
    return [
        Weight(row["aspek"], row["judul"], float(row["bobot"]), row.get("judul_en") or "") for row in rows
    ]


@cache
def _shipped_model(name: str) -> bytes:
    return (shipped("workflows") / f"{name}.dmn").read_bytes()


@dataclass(frozen=True, slots=True)
class Region:
    """The region's calendar of office on a day; None where config/rules/region.toml has no data."""

    election_declared: date | None = None
    term_ends: date | None = None
    head_inaugurated: date | None = None
    head_acting: bool | None = None
    standing_permit: bool = False


def region(day: date) -> Region:
    """The election nearest to `day` (the last one begun, else the next) and the head then in office."""
    entries = _region()
    elections = sorted(entries.get("election", ()), key=lambda entry: entry["candidates_declared"])
    begun = [
        entry for entry in elections if entry["candidates_declared"].toordinal() - 184 <= day.toordinal()
    ]
    heads = sorted(entries.get("head", ()), key=lambda entry: entry["inaugurated"])
    serving = [entry for entry in heads if entry["inaugurated"] <= day]
    election = begun[-1] if begun else elections[0] if elections else {}
    head = serving[-1] if serving else {}
    return Region(
        election.get("candidates_declared"),
        election.get("term_ends"),
        head.get("inaugurated"),
        head.get("acting"),
        bool(head.get("standing_permit", False)),
    )


@cache
def _region() -> Mapping[str, Any]:
    path = shipped("config") / "rules" / "region.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{path}: {error}") from error

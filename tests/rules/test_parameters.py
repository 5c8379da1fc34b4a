"""The dated parameters: effective working time, thresholds, aspect weights and required documents."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from service.domain.placement import ASPECTS
from service.engine.runner import Engine
from service.operations.effects.models import region
from service.settings import shipped

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ENGINE = Engine()


def decide(model: str, **facts: Any) -> Any:
    return ENGINE.decide((shipped("workflows") / f"{model}.dmn").read_bytes(), model, facts, NOW).value


@pytest.mark.parametrize(
    ("day", "minutes"), [("2015-06-01", 72_000), ("2019-12-31", 72_000), ("2020-01-01", 75_000)]
)
def test_working_time_is_dated(day: str, minutes: int) -> None:
    assert decide("parameter_mutasi", tanggal=day)["beban_kerja"]["wke_menit"] == minutes


def test_aspects_are_the_eight_that_the_ranking_knows_and_weigh_a_hundred() -> None:
    rows = decide("bobot_penempatan", tanggal="2026-11-23")
    assert {row["aspek"] for row in rows} == set(ASPECTS)
    assert sum(row["bobot"] for row in rows) == 100


@pytest.mark.parametrize(
    ("kind", "between", "count", "kinds"),
    [
        ("M1", False, 3, {"sk_pangkat", "sk_jabatan", "skp"}),
        ("M7", False, 4, {"surat_permohonan"}),
        ("M7", True, 10, {"surat_permohonan", "bebas_temuan"}),
        ("M2", True, 10, {"persetujuan_asal", "bebas_hukdis"}),
    ],
)
def test_documents_depend_on_the_kind_of_transfer(
    kind: str, between: bool, count: int, kinds: set[str]
) -> None:
    rows = decide("dokumen_mutasi", tanggal="2026-11-23", jenis_mutasi=kind, antar_instansi=between)
    assert len(rows) == count
    assert kinds <= {row["jenis"] for row in rows}


@pytest.mark.parametrize(
    ("day", "declared", "inaugurated"),
    [
        (date(2026, 11, 23), date(2024, 9, 22), date(2025, 2, 20)),
        (date(2024, 10, 1), date(2024, 9, 22), None),
        (date(2020, 1, 1), date(2024, 9, 22), None),
    ],
)
def test_the_region_of_a_day(day: date, declared: date, inaugurated: date | None) -> None:
    found = region(day)
    assert (found.election_declared, found.head_inaugurated) == (declared, inaugurated)
    assert found.head_acting is (None if inaugurated is None else False)

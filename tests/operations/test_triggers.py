"""Signs in the data start cases: once per unit and period, and not where a case already runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from service.db.cases import DueWork
from service.db.people import Performance
from service.operations import messages, triggers
from service.operations.action import Action
from service.wiring import Services
from tests.operations import city
from tests.operations.city import NOW
from tests.operations.test_effects import open_case


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Mapping[str, Any]]]:
    """The signals that were sent, instead of the cases they would start."""
    signals: list[tuple[str, Mapping[str, Any]]] = []

    def remember(action: Action, name: str, data: Mapping[str, Any]) -> list[Any]:
        signals.append((name, data))
        return []

    monkeypatch.setattr(messages, "signal", remember)
    return signals


def scan(services: Services, now: datetime = NOW) -> int:
    with services.action(now=now) as action:
        return triggers.scan(action)


def test_signs_are_announced_once(town: Services, sent: list[tuple[str, Mapping[str, Any]]]) -> None:
    assert scan(town) == 3
    assert [(name, data["unit_tujuan"]) for name, data in sent] == [
        ("lonjakan_pengaduan", "U1"),
        ("lowongan", "U3"),
        ("lowongan", "U1"),
    ]
    assert sent[0][1]["pemicu"] == {
        "jenis": "lonjakan_pengaduan",
        "keterangan": "Puskesmas Plaju: 20 pengaduan pada 2026-10, biasanya 4.0 sebulan.",
        "keterangan_en": "Puskesmas Plaju: 20 complaints in 2026-10, usually 4.0 a month.",
    }
    assert scan(town) == 0
    with town.reading() as action:
        keys = set(action.session.scalars(select(DueWork.key)))
    assert "trigger:lonjakan_pengaduan:2026-10:U1" in keys


def test_falling_performance_is_a_sign(town: Services, sent: list[tuple[str, Mapping[str, Any]]]) -> None:
    with town.action(now=NOW) as action:
        for number in range(4):
            nip = f"19900101201501110{number}"
            action.session.add(city.employee(nip, f"Staf {number}", "J3", "U3", date(2022, 1, 1)))
            action.session.flush()
            for year, rating in ((2024, 2), (2025, 3 if number < 2 else 2)):
                action.session.add(Performance(nip=nip, tahun=year, hasil=2, perilaku=2, predikat=rating))
    scan(town)
    told = {name: data["pemicu"]["keterangan"] for name, data in sent}
    assert told["evaluasi_kinerja"].startswith(
        "Dinas Kesehatan: 50% pegawai berpredikat di bawah baik pada 2025"
    )


def test_what_a_running_case_is_about_is_left_alone(
    town: Services, sent: list[tuple[str, Mapping[str, Any]]]
) -> None:
    with town.action(now=NOW) as action:
        open_case(action, target_unit="U1", target_position="S1")
    scan(town)
    assert "lonjakan_pengaduan" not in {name for name, _ in sent}
    assert "S1" not in {data.get("jabatan_tujuan") for _, data in sent}


def test_no_more_than_so_many_a_month(town: Services, sent: list[tuple[str, Mapping[str, Any]]]) -> None:
    with town.action(now=NOW) as action:
        action.session.add_all(city.position(f"V{number}", "U3", "Kosong") for number in range(9))
    scan(town)
    assert [name for name, _ in sent].count("lowongan") == 3
    scan(town, datetime(2026, 11, 30, 3, 0, tzinfo=UTC))
    assert [name for name, _ in sent].count("lowongan") == 3
    scan(town, datetime(2026, 12, 2, 3, 0, tzinfo=UTC))
    assert [name for name, _ in sent].count("lowongan") == 6


def test_a_quiet_town_has_no_signs(services: Services, sent: list[tuple[str, Mapping[str, Any]]]) -> None:
    assert scan(services) == 0
    assert sent == []

"""The sample city: consistent, the same every time, only in an empty database."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.cli.demo_ import span_of
from service.db.accounts import Account, Grant
from service.db.cases import Fact
from service.db.people import (
    Complaint,
    Employee,
    EmployeeCompetency,
    Performance,
    Position,
    PositionHistory,
    Unit,
    Workload,
)
from service.db.queries import people as queries
from service.db.saved_views import SavedView
from service.domain.errors import Conflict, Invalid, NotFound
from service.domain.people import nip_warnings, parse_nip
from service.domain.reviews import months_between
from service.operations import demo
from service.wiring import Services

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def filled(services: Services, size: str) -> dict[str, int]:
    with services.action(now=NOW) as action:
        return demo.fill(action, size, with_cases=False)


@pytest.fixture
def district(services: Services) -> Services:
    filled(services, "kecamatan")
    return services


def load_of(session: Session, position_id: str) -> float:
    """The employees that a position's work of this year takes."""
    minutes = session.scalar(
        select(func.sum(Workload.volume * Workload.norma_waktu_menit)).where(
            Workload.jabatan_id == position_id, Workload.tahun == TODAY.year
        )
    )
    return float(minutes or 0) / 75_000


def test_every_employee_agrees_with_nip_position_and_history(district: Services) -> None:
    with district.reading() as action:
        session = action.session
        posts = {post.id: post for post in session.scalars(select(Position))}
        held = {
            row.nip: row
            for row in session.scalars(select(PositionHistory).where(PositionHistory.berakhir.is_(None)))
        }
        people = session.scalars(select(Employee)).all()
        assert 50 <= len(people) <= 75
        for person in people:
            nip, post = parse_nip(person.nip), posts[person.jabatan_id]
            assert nip_warnings(nip, tgl_lahir=person.tgl_lahir, jk=person.jk, tmt_cpns=person.tmt_cpns) == []
            assert nip.pppk == (person.jenis_asn == "PPPK") == (person.golongan is None)
            assert person.unor_id == post.unor_id
            assert person.pendidikan is not None
            assert person.pendidikan >= (post.syarat_pendidikan or "")
            assert person.golongan is None or person.golongan >= (post.syarat_golongan or "")
            assert person.tmt_jabatan <= TODAY
            assert months_between(person.tgl_lahir, TODAY) < post.bup * 12
            assert months_between(person.tgl_lahir, person.tmt_cpns or TODAY) >= 18 * 12
            assert (held[person.nip].jabatan_id, held[person.nip].tmt) == (
                person.jabatan_id,
                person.tmt_jabatan,
            )


def test_histories_have_no_gap_and_no_overlap(district: Services) -> None:
    with district.reading() as action:
        rows = action.session.scalars(
            select(PositionHistory).order_by(PositionHistory.nip, PositionHistory.tmt)
        ).all()
        followed = [(a, b) for a, b in pairwise(rows) if a.nip == b.nip]
        assert len(followed) > 30
        for earlier, later in followed:
            assert earlier.berakhir == later.tmt - timedelta(days=1)


def test_some_units_have_too_much_to_do_and_some_too_little(district: Services) -> None:
    with district.reading() as action:
        load = {
            row[0]: row[1]
            for row in action.session.execute(
                select(Workload.unor_id, func.sum(Workload.volume * Workload.norma_waktu_menit))
                .where(Workload.tahun == TODAY.year)
                .group_by(Workload.unor_id)
            )
        }
        staff = {
            row.unor_id: row.held
            for row in action.session.execute(
                select(Employee.unor_id, func.count().label("held")).group_by(Employee.unor_id)
            )
        }
        ratios = {unit: load[unit] / (staff[unit] * 75_000) for unit in load}
        assert max(ratios.values()) > 1.2
        assert min(ratios.values()) < 0.8
        missing = queries.positions(action.session, vacant=True)
        assert any(load_of(action.session, post.id) - post.bezetting >= 1 for post in missing)
        since = action.session.scalars(select(Complaint.bulan)).all()
        assert min(since) >= date(2025, 5, 1)
        assert max(since) == date(2026, 10, 1)


def test_three_years_of_ratings_and_a_standard_for_every_position(district: Services) -> None:
    with district.reading() as action:
        session = action.session
        assert set(session.scalars(select(Performance.tahun))) == {2023, 2024, 2025}
        good = session.scalar(select(func.count()).where(Performance.predikat <= 2)) or 0
        assert good / (session.scalar(select(func.count()).select_from(Performance)) or 1) > 0.75
        assert session.scalar(select(func.count()).select_from(EmployeeCompetency)) == 10 * (
            session.scalar(select(func.count()).select_from(Employee)) or 0
        )


def test_the_cast_and_every_head_may_sign_in_with_the_sample_password(district: Services) -> None:
    with district.reading() as action:
        session = action.session
        accounts = {account.username: account for account in session.scalars(select(Account))}
        assert {role.username for role in demo.CAST} <= set(accounts)
        for role in demo.CAST:
            assert role.role in {grant.role for grant in accounts[role.username].grants}
        assert PasswordHasher().verify(accounts["ani.analis"].password_hash or "", demo.PASSWORD)
        kept = select(SavedView.name).where(SavedView.role == "analis_sdm", SavedView.page == "inbox")
        assert session.scalars(kept).all() == ["Terlambat, belum diambil"]
        budi = accounts["budi.kepala"]
        clinic = session.scalars(select(Unit).where(Unit.kepala_nip == budi.nip)).one()
        assert [(grant.role, grant.unit_id) for grant in budi.grants] == [("kepala_unit", clinic.id)]
        assert accounts["gita.pegawai"].nip in set(session.scalars(select(Employee.nip)))
        heads = set(session.scalars(select(Unit.kepala_nip).where(Unit.kepala_nip.is_not(None))))
        assert heads <= {account.nip for account in accounts.values()}
        led = set(session.scalars(select(Grant.unit_id).where(Grant.role == "kepala_unit")))
        assert led == set(session.scalars(select(Unit.id).where(Unit.kepala_nip.is_not(None))))


def test_a_database_with_people_is_not_filled_again(district: Services) -> None:
    with pytest.raises(Conflict, match="employees already"):
        filled(district, "kota")
    with district.reading() as action:
        assert demo.is_sample(action)
        assert action.session.get_one(Fact, demo.SAMPLE).value == "kecamatan"


def test_an_unknown_size_is_refused(services: Services) -> None:
    with pytest.raises(Invalid, match="kecamatan, kota, provinsi"):
        filled(services, "negara")


def test_the_city_has_its_size_and_the_whole_cast_works_there(services: Services) -> None:
    counts = filled(services, "kota")
    assert 4_500 <= counts["employee"] <= 5_500
    with services.reading() as action:
        nips = {row[0]: row[1] for row in action.session.execute(select(Account.username, Account.nip))}
        outside = {name for name in (role.username for role in demo.CAST) if nips[name] is None}
        assert outside == {"fitri.walikota", "intan.proses", "joko.admin"}
        (gita,) = queries.search_employees(action.session, "gita puspita")
        assert gita.nip == nips["gita.pegawai"]


SAME = """
import hashlib
from datetime import date
from random import Random
from service.operations.demo import cast, names, places, records, workforce
random = Random("people of kota")
named = names.Names(random)
staffed = workforce.units(places.plan("kota", named), random)
hiring = workforce.Workforce(random, named, date(2026, 11, 23), ["Taman Melati"])
everyone = list(hiring.employ(staffed, cast.places_of(staffed)))
workforce.marry(random, everyone)
rated = records.performance(random, everyone, date(2026, 11, 23))
print(hashlib.sha256(repr([person.row for person in everyone] + rated[0]).encode()).hexdigest())
"""


def test_the_same_size_gives_the_same_people() -> None:
    printed = {
        subprocess.run(
            [sys.executable, "-c", SAME],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_look_ups(district: Services) -> None:
    with district.reading() as action:
        session = action.session
        budi = queries.search_employees(session, "budi hart")[0]
        assert queries.employee(session, budi.nip) == budi
        clinic = queries.unit(session, budi.unor_id)
        assert (clinic.kepala_nip, clinic.kepala) == (budi.nip, budi.nama)
        assert queries.search_employees(session, budi.nip[:12])[0].nip[:12] == budi.nip[:12]
        assert queries.search_employees(session, "budi", units=["U0001"]) == []
        assert queries.search_employees(session, "100%") == []
        assert clinic in queries.units(session, "puskesmas")
        posts = queries.positions(session, unit_id=clinic.id)
        assert sum(post.bezetting for post in posts) == len(
            queries.search_employees(session, units=[clinic.id], limit=100)
        )
        assert all(post.bezetting < post.formasi for post in queries.positions(session, vacant=True))
        assert queries.history(session, budi.nip)[0].berakhir is None
        for missing in (queries.employee, queries.unit, queries.position):
            with pytest.raises(NotFound):
                missing(session, "none")


@pytest.mark.parametrize(
    ("text", "days"),
    [("90d", 90), ("2w", 14), ("P90D", 90), ("1m", 30), ("3m", 92), ("1y", 365), ("P1Y", 365)],
)
def test_spans_of_time(text: str, days: int) -> None:
    assert span_of(text, NOW) == timedelta(days=days)


@pytest.mark.parametrize("text", ["", "90", "-3d", "3h", "99999d", "P3D4H", "d"])
def test_other_spans_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        span_of(text, NOW)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)), st.integers(0, 48))
def test_months_never_skip_a_month(begin: datetime, months: int) -> None:
    end = begin + span_of(f"{months}m", begin)
    assert (end.year * 12 + end.month) - (begin.year * 12 + begin.month) == months


def test_the_clock_of_real_data_stays_where_it_is(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.cli import demo_

    monkeypatch.setattr(demo_, "wire", lambda settings: services)
    ended = CliRunner().invoke(demo_.command, ["advance", "90d"])
    assert ended.exit_code == 1
    assert "real data" in str(ended.exception)


def test_the_command_fills_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.cli import demo_

    monkeypatch.setattr(demo_, "wire", lambda settings: services)
    made = CliRunner().invoke(demo_.command, ["--size", "kecamatan", "--no-cases"])
    assert made.exit_code == 0
    assert demo.PASSWORD in made.output
    again = CliRunner().invoke(demo_.command, ["--size", "kecamatan", "--if-empty"])
    assert (again.exit_code, again.output) == (0, "")

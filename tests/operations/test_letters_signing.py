"""Signatures on letters: valid, visible, outside of transactions, and without a passphrase left anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.status import SignatureCoverageLevel
from sqlalchemy import MetaData, select

from service.db.cases import Case, CaseDocument, CaseEvent, Fact
from service.db.letters import Letter
from service.db.queries import letters as queries
from service.db.queries import running
from service.domain.errors import Conflict, Invalid, NotAllowed
from service.operations.letters import files, issuing, rendering, signing
from service.operations.letters.signers import Request, SigningFailed
from service.operations.letters.signers.local import LocalSigner
from service.wiring import Services
from tests.operations import city
from tests.operations.signing import (
    NationalStandIn,
    check_archivable,
    national_service,
    signatures_of,
    text_of,
)
from tests.operations.test_letters import NOW, decree
from tests.world import World

SECRET, NIK = "rahasia-sekali", "3271010101800001"


@pytest.fixture
def town(services: Services, world: World) -> Services:
    with services.action(now=NOW) as action:
        city.build(action.session)
    return replace(services, settings=replace(services.settings, signing="test"))


def reread(services: Services, letter: Letter) -> Letter:
    with services.reading() as action:
        return action.session.get_one(Letter, letter.id)


def pdf_of(services: Services, letter: Letter) -> bytes:
    with services.reading() as action:
        return files.content(action, action.session.get_one(Letter, letter.id))


def signed_by(services: Services, letter: Letter) -> list[Any]:
    return signatures_of(pdf_of(services, letter), services.settings)


def test_a_decree_is_signed_by_those_who_decided(town: Services, world: World) -> None:
    letter, _ = decree(town, world.fitri)
    assert reread(town, letter).signing == "unsigned"
    with town.reading() as action:
        assert queries.check(action.session, letter.code).verdict == "unknown"
    assert signing.run(town) == 1
    assert signing.run(town) == 0
    signed = reread(town, letter)
    assert (signed.signing, signed.error, signed.next_at) == ("signed", None, None)
    pdf = pdf_of(town, letter)
    found = signatures_of(pdf, town.settings)
    assert len(found) == 2
    assert all(status.bottom_line and status.timestamp_validity.trusted for status in found)
    assert found[-1].coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert found[0].modification_level <= ModificationLevel.FORM_FILLING
    subjects = [status.signing_cert.subject.native["common_name"] for status in found]
    assert subjects[0].startswith("TEST – Eko")
    assert subjects[1].startswith("TEST – Fitri")
    check_archivable(pdf)
    assert rendering.page_count(pdf) >= 3
    with town.reading() as action:
        document = action.session.get_one(CaseDocument, signed.document_id)
        event = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "letter_signed")).one()
        assert queries.check(action.session, letter.code).verdict == "genuine"
    assert (document.kind, document.number) == ("letter.sk", letter.number)
    assert event.data["sha256"] == document.sha256
    assert "bukan tanda tangan elektronik yang sah" in text_of(pdf)


def test_nobody_signs_whose_task_was_not_decided(town: Services, world: World) -> None:
    """A process without the PyB's approval: his initials wait until he gives them."""
    letter, _ = decree(town, world.fitri, approved_by=None)
    signing.run(town)
    (status,) = signed_by(town, letter)
    assert status.signing_cert.subject.native["common_name"].startswith("TEST – Fitri")
    assert signing.sign(town, world.eko, letter.id) is None
    assert len(signed_by(town, letter)) == 2


def test_a_changed_file_is_found_out(town: Services, world: World) -> None:
    letter, _ = decree(town, world.fitri)
    signing.run(town)
    pdf = pdf_of(town, letter)
    place = pdf.index(b"stream") + 40
    forged = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
    assert not any(status.intact for status in signatures_of(forged, town.settings))


def test_two_workers_sign_once(town: Services, world: World) -> None:
    letter, _ = decree(town, world.fitri)
    first = signing.claim(town, 5)
    assert signing.claim(town, 5) == []
    stale = [replace(piece, token="0" * 32) for piece in first]
    signing.perform(town, stale[0])
    assert reread(town, letter).signing == "signing"
    signing.perform(town, first[0])
    signing.perform(town, first[0])
    with town.reading() as action:
        assert len(action.session.scalars(select(CaseDocument)).all()) == 1


def test_a_worker_that_dies_gives_the_letter_back(town: Services, world: World) -> None:
    letter, _ = decree(town, world.fitri)
    assert len(signing.claim(town, 5)) == 1
    with town.action() as action:
        action.session.get_one(Letter, letter.id).next_at = action.now - timedelta(seconds=1)
    assert signing.run(town) == 1
    assert reread(town, letter).signing == "signed"


def test_a_failure_is_tried_again_and_then_waits_for_people(
    town: Services, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter, _ = decree(town, world.fitri)

    def broken(self: LocalSigner, request: Request) -> bytes:
        raise SigningFailed("Layanan tidak menjawab.")

    with monkeypatch.context() as patched:
        patched.setattr(LocalSigner, "sign", broken)
        for _ in range(signing.MAX_ATTEMPTS):
            assert signing.run(town) == 1
            failed = reread(town, letter)
            assert (failed.signing, failed.error) == ("failed", "Layanan tidak menjawab.")
            with town.action() as action:
                row = action.session.get_one(Letter, letter.id)
                row.next_at = action.now if row.next_at else None
    assert signing.run(town) == 0
    with town.reading() as action:
        given_up = running.state(action.session, action.now).unsigned
    assert [(row.number, row.error) for row in given_up] == [(letter.number, "Layanan tidak menjawab.")]
    with town.action(world.dewi) as action, pytest.raises(NotAllowed):
        signing.retry(action, letter.id)
    with town.action(world.citra) as action:
        signing.retry(action, letter.id)
    assert signing.run(town) == 1
    assert reread(town, letter).signing == "signed"
    with town.reading() as action:
        assert running.state(action.session, action.now).unsigned == ()


def test_a_letter_withdrawn_meanwhile_is_not_signed(town: Services, world: World) -> None:
    letter, _ = decree(town, world.fitri)
    piece = signing.claim(town, 1)[0]
    with town.action() as action:
        issuing.void_all(action, action.session.get_one(Case, letter.case_id), "Dicabut.")
    signing.perform(town, piece)
    with town.reading() as action:
        assert action.session.scalars(select(CaseDocument)).all() == []
    with pytest.raises(Conflict):
        signing.sign(town, world.fitri, letter.id)


def test_nobody_signs_for_somebody_who_did_not_agree(town: Services, world: World) -> None:
    """The analyst writes the letter; it is the head of the agency who signs it."""
    decided, data = decree(town, world.fitri)
    with town.action(world.ani, now=NOW) as action:
        case = action.session.get_one(Case, decided.case_id)
        letter = issuing.issue(action, case, "penyampaian", data, day=city.TODAY)
    signing.run(town)
    assert reread(town, letter).signing == "unsigned"
    with pytest.raises(NotAllowed):
        signing.sign(town, world.ani, letter.id)
    assert signing.sign(town, world.citra, letter.id) is None
    assert reread(town, letter).signing == "signed"
    assert len(signatures_of(pdf_of(town, letter), town.settings)) == 1


def test_on_paper_the_letter_is_only_printed(
    services: Services, world: World, with_settings: Callable[..., Services]
) -> None:
    with services.action(now=NOW) as action:
        city.build(action.session)
    letter, _ = decree(services, world.fitri)
    assert letter.mode == "paper"
    signing.run(services)
    assert reread(services, letter).signing == "paper"
    assert signatures_of(pdf_of(services, letter), services.settings) == []
    with pytest.raises((Conflict, NotAllowed)):
        signing.sign(services, world.fitri, letter.id)


def test_a_sample_city_signs_with_the_test_certificate(services: Services) -> None:
    with services.action() as action:
        assert issuing.mode_of(action) == "paper"
        action.session.add(Fact(name="sample", value="kecamatan"))
        action.session.flush()
        assert issuing.mode_of(action) == "test"


@pytest.fixture(params=["v2", "v1"])
def national(
    town: Services, request: pytest.FixtureRequest
) -> Iterator[tuple[Services, type[NationalStandIn]]]:
    with national_service(town.settings) as (url, handler):
        yield (
            replace(
                town,
                settings=replace(
                    town.settings,
                    signing="bsre",
                    bsre_url=url,
                    bsre_api=request.param,
                    bsre_user="bkpsdm",
                    bsre_password="kata-sandi-layanan",
                ),
            ),
            handler,
        )


def test_the_national_service_signs_with_the_passphrase_of_the_signer(
    national: tuple[Services, type[NationalStandIn]], world: World, caplog: pytest.LogCaptureFixture
) -> None:
    services, handler = national
    caplog.set_level(logging.DEBUG)
    letter, _ = decree(services, world.fitri)
    assert signing.run(services) == 0  # nobody's passphrase is known to a worker
    with pytest.raises(NotAllowed):
        signing.sign(services, world.ani, letter.id, secret=SECRET, identity=NIK)
    with pytest.raises(Invalid):
        signing.sign(services, world.fitri, letter.id, secret=SECRET, identity="12")
    reason = signing.sign(services, world.fitri, letter.id, secret="salah-ketik", identity=NIK)
    assert reason == "Passphrase *** untuk *** salah"
    assert reread(services, letter).signing == "failed"
    assert reread(services, letter).next_at is None
    assert signing.sign(services, world.fitri, letter.id, secret=SECRET, identity=NIK) is None
    assert reread(services, letter).signing == "signed"
    assert signing.sign(services, world.eko, letter.id, secret=SECRET, identity=NIK) is None
    with pytest.raises(NotAllowed):
        signing.sign(services, world.eko, letter.id, secret=SECRET, identity=NIK)
    found = signatures_of(pdf_of(services, letter), services.settings)
    assert len(found) == 2
    assert all(status.bottom_line for status in found)
    assert found[-1].coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert all(said["authorization"].startswith("Basic ") for said in handler.seen)
    assert [said["passphrase"] for said in handler.seen] == ["salah-ketik", SECRET, SECRET]
    for typed in (SECRET, "salah-ketik", NIK, "kata-sandi-layanan"):
        assert typed not in caplog.text
        assert typed not in everything_stored(services)


def test_nothing_is_locked_while_the_service_is_asked(
    national: tuple[Services, type[NationalStandIn]], world: World
) -> None:
    services, handler = national
    letter, _ = decree(services, world.fitri)
    wrote: list[str] = []

    def others_go_on() -> None:
        with services.action(world.ani) as action:
            action.session.get_one(Case, letter.case_id).title = "Diubah orang lain"
            wrote.append(action.session.get_one(Letter, letter.id).signing)

    handler.while_signing = others_go_on
    assert signing.sign(services, world.fitri, letter.id, secret=SECRET, identity=NIK) is None
    assert wrote == ["signing"]


def test_the_service_being_down_leaves_the_letter_to_be_signed_again(
    national: tuple[Services, type[NationalStandIn]], world: World
) -> None:
    services, handler = national
    letter, _ = decree(services, world.fitri)
    handler.trouble = 500
    assert (
        signing.sign(services, world.fitri, letter.id, secret=SECRET, identity=NIK)
        == "Layanan sedang gangguan"
    )
    away = replace(services, settings=replace(services.settings, bsre_url="http://127.0.0.1:9"))
    assert "does not answer" in str(signing.sign(away, world.fitri, letter.id, secret=SECRET, identity=NIK))
    handler.trouble = 0
    assert signing.sign(services, world.fitri, letter.id, secret=SECRET, identity=NIK) is None


def everything_stored(services: Services) -> str:
    """All rows of all tables as text."""
    metadata = MetaData()
    with services.sessions() as session:
        metadata.reflect(session.connection())
        rows: list[Any] = []
        for table in metadata.sorted_tables:
            if table.name != "source_content":
                rows += session.execute(select(table)).all()
    return repr(rows)

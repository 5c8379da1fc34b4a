# ruff: noqa: E501 - elements of XML stay on one line
"""Letters: numbers without gaps, texts that stay as they were, and who may read them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.db.cases import Case, CaseEvent, Counter, Task
from service.db.incidents import Incident
from service.db.letters import Letter, LetterSignature
from service.db.queries import letters as queries
from service.domain.access import Actor
from service.domain.errors import Invalid, InvalidForm, NotAllowed, NotFound, NotReady
from service.domain.ids import new_id
from service.domain.letters import check_pattern
from service.engine.steps import SourceFile
from service.operations import accounts, cases, definitions, drafts, holding, tasks
from service.operations.action import Action
from service.operations.letters import by_hand, files, issuing, rendering, rules
from service.settings import BadSetting, shipped
from service.wiring import Services, wire
from tests.operations import city
from tests.operations.city import GITA, HANA, INDRA
from tests.operations.diagrams import HEAD
from tests.operations.signing import check_archivable, text_of
from tests.operations.test_effects import open_case, planned, run
from tests.operations.test_holding import later
from tests.operations.test_tasks import open_task
from tests.world import World

NOW = datetime.combine(city.TODAY, time(3, 0), UTC)
DECIDED = {"sk_tgl": "2026-11-23", "sk_tmt": "2026-12-01", "putusan_tpk": "setuju"}


@pytest.fixture
def town(services: Services, world: World) -> Services:
    with services.action(now=NOW) as action:
        city.build(action.session)
    return services


def decree(
    services: Services, actor: Actor, *, approved_by: str | None = "eko", **more: Any
) -> tuple[Letter, dict[str, Any]]:
    """A case of the town, approved by the PyB and decided by `actor`: its decree and its data."""
    with services.action(actor, now=NOW) as action:
        case = open_case(action)
        if approved_by:
            action.session.flush()
            action.session.add(approval(action, case, approved_by))
        data = run(action, case, {**ranked(action, case), **DECIDED, **more}, "catat_sk")
        letter = action.session.scalars(select(Letter).where(Letter.case_id == case.id)).one()
    return letter, data


def approval(action: Action, case: Case, username: str) -> Task:
    """The task that the PyB's slot names, completed by somebody."""
    closed_by = accounts.named(action.session, username).id
    return Task(
        id=new_id(),
        case_id=case.id,
        engine_key="persetujuan",
        element="persetujuan_pyb",
        process="transfer_lifecycle",
        name="Persetujuan PyB",
        kind="user",
        role="pyb",
        state="completed",
        opened_at=NOW,
        due_order=NOW,
        closed_at=NOW,
        closed_by=closed_by,
    )


def ranked(action: Action, case: Case) -> dict[str, Any]:
    data = run(action, case, {"jabatan_tujuan": "J1"}, "peringkat_calon")
    chosen = {"calon_nip": GITA, "alasan_rencana": "Paling sesuai & beban asal <ringan>."}
    return run(action, case, {**data, **chosen}, "tetapkan_calon", "periksa_aturan")


def test_the_decision_takes_the_next_number(town: Services, world: World) -> None:
    letters = [decree(town, world.fitri)[0] for _ in range(3)]
    assert [letter.number for letter in letters] == [
        "800.1.3.3/001/BKPSDM/2026",
        "800.1.3.3/002/BKPSDM/2026",
        "800.1.3.3/003/BKPSDM/2026",
    ]
    letter, data = decree(town, world.fitri, sk_tgl="2027-01-04")
    assert letter.number == data["sk"]["nomor"] == "800.1.3.3/001/BKPSDM/2027"
    assert (letter.dated, letter.subject_nip) == (date(2027, 1, 4), GITA)
    with town.reading() as action:
        said = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "letter_issued")).all()
        slots = action.session.scalars(
            select(LetterSignature).where(LetterSignature.letter_id == letter.id)
        ).all()
    assert said[-1].data["number"] == letter.number
    assert {slot.slot: slot.name for slot in slots} == {"paraf": "Eko", "ttd": "Fitri"}


def test_a_number_given_elsewhere_is_kept_and_none_is_taken(town: Services, world: World) -> None:
    letter, data = decree(town, world.fitri, sk_nomor=" 821.2/77/GUB/2026 ")
    assert letter.number == data["sk"]["nomor"] == "821.2/77/GUB/2026"
    with pytest.raises(Invalid, match="Another letter has this number"):
        decree(town, world.fitri, sk_nomor="821.2/77/GUB/2026")
    assert decree(town, world.fitri)[0].number == "800.1.3.3/001/BKPSDM/2026"


def test_numbers_have_no_gap_and_no_double_in_a_race(town: Services, world: World) -> None:
    """Eight people decide at once; of their transactions some fail and some lose their connection."""
    with town.action(world.fitri, now=NOW) as action:
        known = ranked(action, open_case(action))
        cases = [open_case(action).id for _ in range(24)]

    class Broken(Exception):
        pass

    def work(number: int) -> None:
        for place, case_id in enumerate(cases[number::8]):
            try:
                with town.action(world.fitri, now=NOW) as action:
                    case = action.session.get_one(Case, case_id)
                    case.subject_nip = GITA
                    issuing.issue(action, case, "sk", {**known, "sk": {}}, day=city.TODAY)
                    if (number + place) % 3 == 1:
                        raise Broken
                    if (number + place) % 3 == 2:
                        action.session.connection().invalidate()
                        raise Broken
            except Broken:
                pass

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with town.reading() as action:
        taken = sorted(action.session.scalars(select(Letter.sequence)))
        counter = action.session.get_one(Counter, "letter-sk-2026").value
    assert taken == list(range(1, len(taken) + 1))
    assert counter == len(taken) == 8


def test_a_withdrawn_letter_keeps_its_number(town: Services, world: World) -> None:
    letter, data = decree(town, world.fitri)
    with town.action(world.citra, now=NOW) as action:
        case = action.session.get_one(Case, letter.case_id)
        data = run(action, case, {**data, "jawaban_keberatan": "Jarak terlalu jauh."}, "batalkan_sk")
    with town.reading(world.citra) as action:
        row = queries.of_case(action.session, action.actor, letter.case_id)[0]
        said = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "letter_void")).one()
        verdict = queries.check(action.session, letter.code)
    assert (row.state, row.number, row.void_reason) == ("void", letter.number, "Jarak terlalu jauh.")
    assert said.data["reason"] == "Jarak terlalu jauh."
    assert verdict.verdict == "withdrawn"
    assert decree(town, world.fitri)[0].number == "800.1.3.3/002/BKPSDM/2026"


def test_a_second_decree_in_a_case_replaces_the_first(town: Services, world: World) -> None:
    letter, data = decree(town, world.fitri)
    with town.action(world.fitri, now=NOW) as action:
        run(action, action.session.get_one(Case, letter.case_id), data, "catat_sk")
    with town.reading(world.fitri) as action:
        found = queries.of_case(action.session, action.actor, letter.case_id)
    assert {row.number: row.state for row in found} == {
        "800.1.3.3/001/BKPSDM/2026": "void",
        "800.1.3.3/002/BKPSDM/2026": "issued",
    }
    assert found[-1].void_reason == "Diganti dengan nomor 800.1.3.3/002/BKPSDM/2026."


def test_the_letter_is_archivable_and_says_why_without_naming_others(town: Services, world: World) -> None:
    letter, _ = decree(town, world.fitri)
    with town.reading(world.fitri) as action:
        pdf = files.content(action, letter)
    check_archivable(pdf)
    said = text_of(pdf)
    for words in (
        "KEPUTUSAN WALI KOTA", "NOMOR 800.1.3.3/001/BKPSDM/2026", "Menimbang", "Mengingat", "Memperhatikan",
        "MEMUTUSKAN:", "KESATU", "NIP 198503032010012003", "Puskesmas Ilir", "Puskesmas Plaju",
        "1 Desember 2026", "pada tanggal 23 November 2026", "Tembusan", "LAMPIRAN II",
        "LEMBAR PENJELASAN KEPUTUSAN", "Undang-Undang Nomor 20 Tahun 2023", "Peraturan BKN 5/2019 Pasal 3",
        "Paling sesuai & beban asal <ringan>.", "Calon peringkat",
    ):  # fmt: skip
        assert words in said, words
    for secret in ("Hana", "Indra", HANA, INDRA):
        assert secret not in said


def test_the_law_is_that_of_the_letters_day() -> None:
    found = rules.read_rules(wire_free())
    before, after = found.law_on(date(2023, 10, 30)), found.law_on(date(2023, 10, 31))
    assert any("Nomor 5 Tahun 2014" in text for text in before)
    assert not any("Nomor 20 Tahun 2023" in text for text in before)
    assert any("Nomor 20 Tahun 2023" in text for text in after)
    assert not any("Nomor 5 Tahun 2014" in text for text in after)


def wire_free() -> Any:
    from service.settings import load

    return load({})


def test_an_old_letter_stays_as_it_was_when_templates_change(
    town: Services, world: World, tmp_path: Path, with_settings: Callable[..., Services]
) -> None:
    letter, _ = decree(town, world.fitri)
    with town.reading(world.fitri) as action:
        before = files.reprint(action, letter).pdf
    own = tmp_path / "letters"
    own.mkdir()
    shipped_text = (shipped("forms") / "letters" / "sk.html").read_text()
    (own / "sk.html").write_text(shipped_text.replace("MEMUTUSKAN", "MEMUTUSKAN DAN MENETAPKAN"))
    changed = with_settings(letters_dir=str(own))
    later, _ = decree(changed, world.fitri)
    files._printed.clear()
    with changed.reading(world.fitri) as action:
        assert files.reprint(action, action.session.get_one(Letter, letter.id)).pdf == before
        assert "MEMUTUSKAN DAN MENETAPKAN" in text_of(files.content(action, later))
    assert later.files["sk.html"] != letter.files["sk.html"]
    assert later.files["dasar.html"] == letter.files["dasar.html"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ surat.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{% include '/etc/passwd' %}",
        "{{ tidak_ada }}",
        "{{ surat.tidak_ada }}",
        "{% for x in range(10000000) %}{% endfor %}",
        "{{ 1 / 0 }}",
        "{% if %}",
    ],
)
def test_a_template_that_does_not_work_stops_the_decision(
    town: Services, world: World, tmp_path: Path, with_settings: Callable[..., Services], text: str
) -> None:
    (tmp_path / "sk.html").write_text(text)
    changed = with_settings(letters_dir=str(tmp_path))
    with pytest.raises(Invalid, match=r"sk\.html"):
        decree(changed, world.fitri)
    with town.reading() as action:
        assert action.session.scalars(select(Letter)).all() == []
        assert action.session.get(Counter, "letter-sk-2026") is None


@pytest.mark.parametrize(
    "html",
    [
        '<img src="file:///etc/hostname">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<link rel="stylesheet" href="https://example.test/x.css">',
        '<img src="../../config/default.toml">',
        '<style>body { background: url("//example.test/x.png") }</style>',
    ],
)
def test_a_template_reads_no_file_and_no_address(html: str) -> None:
    with pytest.raises(Invalid, match="not a file of the letters"):
        rendering.to_pdf({}, f"<html><body>{html}x</body></html>", "x")


def test_what_people_typed_is_text(town: Services, world: World) -> None:
    letter, _ = decree(town, world.fitri, alasan_khusus='<img src="file:///etc/passwd">{{ 7 * 7 }}')
    with town.reading(world.fitri) as action:
        assert '<img src="file:///etc/passwd">{{ 7 * 7 }}' in text_of(files.content(action, letter))


def test_a_draft_takes_no_number(town: Services, world: World) -> None:
    with town.action(world.fitri, now=NOW) as action:
        case = open_case(action)
        made = issuing.draft(action, case, "sk", {**planned(action, case), "sk_tgl": "2026-11-24"})
    said = text_of(files.of_draft(made).pdf)
    assert "DRAF" in said
    assert "24 November 2026" in said
    assert "verify" not in said
    with town.reading() as action:
        assert action.session.scalars(select(Letter)).all() == []
        assert action.session.get(Counter, "letter-sk-2026") is None


def test_who_may_read_a_letter(town: Services, world: World) -> None:
    letter, _ = decree(town, world.fitri)
    gita = replace(world.gita, nip=GITA)
    for actor, may in (
        (world.fitri, True), (world.ani, True), (world.citra, True), (world.hadi, True), (gita, True),
        (world.gita, False), (replace(world.gita, nip=HANA), False), (world.joko, False), (world.intan, False),
    ):  # fmt: skip
        with town.reading(actor) as action:
            found = queries.of_case(action.session, action.actor, letter.case_id)
            assert bool(found) is may, actor.name
            if not may:
                with pytest.raises(NotFound):
                    queries.get(action.session, action.actor, letter.id)
    with town.reading(gita) as action:
        assert [row.number for row in queries.of_person(action.session, GITA)] == [letter.number]


def test_other_letters_are_written_by_those_who_may(town: Services, world: World) -> None:
    letter, data = decree(town, world.fitri)
    data = {**data, "jawaban_keberatan": "Jarak dipertimbangkan.", "putusan_keberatan": "ditolak"}
    with town.action(world.citra, now=NOW) as action:
        case = action.session.get_one(Case, letter.case_id)
        assert [kind.id for kind in issuing.writable(action, data)] == ["penyampaian", "jawaban_keberatan"]
        first = issuing.issue(action, case, "penyampaian", data, day=city.TODAY)
        second = issuing.issue(action, case, "jawaban_keberatan", data, day=city.TODAY)
        assert (first.number, second.number) == (
            "800.1.11.1/001/BKPSDM/XI/2026",
            "800.1.11.1/002/BKPSDM/XI/2026",
        )
        assert letter.number in text_of(files.content(action, first))
        assert "tidak dapat dikabulkan" in text_of(files.content(action, second))
        with pytest.raises(Invalid):
            issuing.issue(action, case, "penyampaian", {**data, "sk": None}, day=city.TODAY)
    with town.action(world.hadi, now=NOW) as action, pytest.raises(NotAllowed):
        by_hand.write(action, letter.case_id, "penyampaian")
    with town.action(world.citra, now=NOW) as action, pytest.raises(Invalid):
        by_hand.write(action, letter.case_id, "sk")


@pytest.mark.parametrize(
    "pattern",
    [
        "800/{year}",
        "800/{number}",
        "{number}/{year}/{secret}",
        "x" * 99 + "{number}{year}",
        "{number.__class__}{year}",
    ],
)
def test_number_formats_that_cannot_be(pattern: str) -> None:
    with pytest.raises((ValueError, KeyError, IndexError)):
        check_pattern(pattern)


def test_bad_rules_stop_the_start(services: Services, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="letters_dir"):
        wire(replace(services.settings, letters_dir=str(tmp_path / "nowhere")))
    with pytest.raises(BadSetting, match="signing"):
        wire(replace(services.settings, signing="magic"))
    (tmp_path / "letters.toml").write_text('[series.sk]\nformat = "800/{year}"\n')
    with pytest.raises(BadSetting, match=r"letters\.toml.*series\.sk"):
        wire(replace(services.settings, letters_dir=str(tmp_path)))


def test_without_pango_all_but_the_letter_works(
    town: Services, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Any:
        raise NotReady("Letters cannot be printed here: Pango is missing.")

    monkeypatch.setattr(rendering, "_weasyprint", missing)
    letter, data = decree(town, world.fitri)
    assert data["sk"]["nomor"] == letter.number
    assert "Pango" in str(rendering.missing_libraries())
    files._printed.clear()
    with town.reading(world.fitri) as action, pytest.raises(NotReady):
        files.content(action, letter)


SIGNED_AT_ONCE = f"""{HEAD}
  <process id="putus" name="Putus" isExecutable="true">
    <startEvent id="mulai" name="Mulai"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="mulai" targetRef="tetapkan"/>
    <userTask id="tetapkan" name="Tetapkan" mutasi:role="ppk"><incoming>f1</incoming><outgoing>f2</outgoing></userTask>
    <sequenceFlow id="f2" sourceRef="tetapkan" targetRef="catat"/>
    <serviceTask id="catat" name="Catat SK" mutasi:effect="catat_sk"><incoming>f2</incoming><outgoing>f3</outgoing></serviceTask>
    <sequenceFlow id="f3" sourceRef="catat" targetRef="selesai"/>
    <endEvent id="selesai" name="Selesai"><incoming>f3</incoming></endEvent>
  </process>
</definitions>"""


def test_a_number_already_used_is_said_at_its_field_and_no_incident(town: Services, world: World) -> None:
    _, known = decree(town, world.fitri, sk_nomor="821.2/77/GUB/2026")
    with town.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("putus.bpmn", SIGNED_AT_ONCE.encode())])
    with town.action(world.ani) as action:
        case_id = cases.start(action, "putus").id
    task = open_task(town, case_id, "tetapkan")
    answers = {**known, "sk_nomor": "821.2/77/GUB/2026"}
    with pytest.raises(InvalidForm) as refused, town.action(world.fitri) as action:
        tasks.complete(action, task.id, answers)
    assert refused.value.fields == {"sk_nomor": "Another letter has this number."}
    slow = replace(town, settings=replace(town.settings, undo_seconds=10))
    with slow.action(world.fitri) as action:
        holding.decide(action, task.id, answers)
    later(slow)
    with town.reading(world.fitri) as action:
        kept = drafts.of(action, task.id)
        assert (kept.trouble, kept.answers["sk_nomor"]) == (
            "Another letter has this number.",
            "821.2/77/GUB/2026",
        )
        assert action.session.scalars(select(Incident)).all() == []

"""Letters on pages: the draft, the letter and its signatures, and the public check."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from service.app import create_app
from service.db.accounts import Account
from service.db.cases import Case, CaseDocument
from service.db.letters import Letter
from service.operations.letters import issuing, signing
from service.wiring import Services
from tests.asking import Asking, Person
from tests.operations import city
from tests.operations.signing import national_service, text_of
from tests.operations.test_letters import NOW, decree, town
from tests.world import World

__all__ = ["town"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough: nothing here depends on it."""
    return sqlite_url


@pytest.fixture
def services(services: Services) -> Services:
    return replace(
        services, settings=replace(services.settings, signing="test", verify_attempts=5, sign_in_attempts=3)
    )


@pytest.fixture
def letter(town: Services, world: World) -> Letter:
    made, _ = decree(town, world.fitri)
    return made


def test_the_letter_page_has_number_signatures_and_pages(
    town: Services, letter: Letter, asking: Asking
) -> None:
    fitri = asking.as_person("fitri").client
    page = fitri.get(f"/letters/{letter.id}?lang=en")
    assert page.status_code == 200
    assert "Waits for signatures" in page.text
    signing.run(town)
    page = fitri.get(f"/letters/{letter.id}?lang=en")
    assert letter.number in page.text
    assert "Signed" in page.text
    assert "Test certificate: not legally valid" in page.text
    pages = fitri.get(f"/letters/{letter.id}/pages?lang=en").text
    assert pages.count("<img") >= 3
    assert "Page 1 of" in pages
    picture = fitri.get(f"/letters/{letter.id}/pages/1.png")
    assert (picture.status_code, picture.mimetype, picture.data[:4]) == (200, "image/png", b"\x89PNG")
    assert fitri.get(f"/letters/{letter.id}/pages/99.png").status_code == 404
    file = fitri.get(f"/letters/{letter.id}/file")
    assert file.mimetype == "application/pdf"
    assert "sk-800.1.3.3-001-BKPSDM-2026.pdf" in file.headers["Content-Disposition"]
    assert letter.number in text_of(file.data)


def test_a_letter_is_named_in_the_readers_language(letter: Letter, asking: Asking) -> None:
    fitri = asking.as_person("fitri").client
    assert "Keputusan mutasi" in fitri.get(f"/letters/{letter.id}?lang=id").text
    english = fitri.get(f"/letters/{letter.id}?lang=en").text
    assert "Transfer decree" in english
    assert "Keputusan mutasi" not in english


@pytest.mark.parametrize("who", ["joko", "intan", "gita"])
def test_others_find_no_letter(town: Services, letter: Letter, asking: Asking, who: str) -> None:
    signing.run(town)
    browser = asking.as_person(who)
    for address in ("", "/file", "/pages", "/pages/1.png"):
        assert browser.client.get(f"/letters/{letter.id}{address}").status_code == 404
    for verb in ("sign", "retry"):
        answer = browser.post(f"/letters/{letter.id}/{verb}", {})
        assert answer.status_code == 404
    with town.reading() as action:
        document = action.session.query(CaseDocument).one().id
    # By its document the letter is nobody's: not even of those who see the case.
    assert browser.client.get(f"/documents/{document}").status_code == 404


def test_the_employee_reads_the_letter_about_them(town: Services, letter: Letter, asking: Asking) -> None:
    with town.action() as action:
        action.session.query(Account).filter_by(username="gita").one().nip = letter.subject_nip
    gita = asking.as_person("gita").client
    assert gita.get(f"/letters/{letter.id}").status_code == 200
    assert gita.get(f"/letters/{letter.id}/file").status_code == 200
    with town.action() as action:
        issuing.void_all(action, action.session.get_one(Case, letter.case_id), "Keberatan dikabulkan.")
    assert "Keberatan dikabulkan." in gita.get(f"/letters/{letter.id}").text


def test_anybody_can_ask_whether_a_letter_is_genuine(town: Services, letter: Letter, asking: Asking) -> None:
    nobody = asking.as_nobody()
    assert "is not known" in nobody.get(f"/verify/{letter.code}?lang=en").text
    signing.run(town)
    page = nobody.get(f"/verify/{letter.code}?lang=en").text
    assert "This letter is genuine" in page
    for secret in (
        letter.number,
        str(letter.dated.year),
        "Gita",
        letter.subject_nip or "",
        "Fitri",
        "Puskesmas",
        "Perawat",
        str(letter.case_id),
    ):
        assert secret not in page
    with town.action() as action:
        issuing.void_all(action, action.session.get_one(Case, letter.case_id), "Rahasia kantor.")
    page = nobody.get(f"/verify/{letter.code}?lang=en").text
    assert "This letter was withdrawn" in page
    assert "Rahasia kantor" not in page
    assert letter.number not in page


FITS = "This code belongs to a letter with that number"
DIFFERS = "may have been copied from another letter"


def compared(browser: Person, letter: Letter, number: str) -> TestResponse:
    address = f"/verify/{letter.code}?lang=en"
    sent_from = {"Referer": f"http://localhost/verify/{letter.code}"}
    return browser.post(address, {"number": number}, page=address, headers=sent_from)


def test_the_number_on_the_paper_tells_a_copied_code(town: Services, letter: Letter, asking: Asking) -> None:
    early = Person(asking.as_nobody(), "10.9.8.7")
    assert "is not known" in compared(early, letter, letter.number).text  # nobody has signed it yet
    signing.run(town)
    reader = Person(asking.as_nobody())
    for typed in (letter.number, f"  {letter.number.lower()} ", letter.number.replace("/", " / ")):
        answer = compared(reader, letter, typed)
        assert (answer.status_code, FITS in answer.text, DIFFERS in answer.text) == (200, True, False), typed
    for typed in ("800.1.3.3/002/BKPSDM/2026", letter.number[:-1], "<b>1</b>"):
        answer = compared(reader, letter, typed)
        assert (answer.status_code, FITS in answer.text, DIFFERS in answer.text) == (200, False, True), typed
        assert "This letter is genuine" not in answer.text
        assert not {letter.number, "<b>1</b>"} & set(re.split(r"[\s\"]", answer.text))
    assert "This letter is genuine" in compared(reader, letter, " ").text
    with town.action() as action:
        issuing.void_all(action, action.session.get_one(Case, letter.case_id), "Keberatan.")
    answer = compared(reader, letter, letter.number)
    assert ("was withdrawn" in answer.text, FITS in answer.text) == (True, False)


def test_no_address_answers_for_a_number(town: Services, letter: Letter, asking: Asking) -> None:
    """A forger's QR code could hold such an address: only what a reader types and sends is compared."""
    signing.run(town)
    nobody = asking.as_nobody()
    assert FITS not in nobody.get(f"/verify/{letter.code}?lang=en&number={letter.number}").text
    assert nobody.post(f"/verify/{letter.code}", data={"number": letter.number}).status_code == 403


def test_the_language_can_be_switched_after_comparing(town: Services, letter: Letter, asking: Asking) -> None:
    signing.run(town)
    answer = compared(Person(asking.as_nobody()), letter, letter.number)
    assert f'name="next" value="/verify/{letter.code}"' in answer.text


def test_searching_for_a_number_is_slowed_down(town: Services, letter: Letter, asking: Asking) -> None:
    signing.run(town)
    reader = Person(asking.as_nobody())
    statuses = [compared(reader, letter, f"800/{number}").status_code for number in range(4)]
    assert statuses == [200] * 3 + [429]
    answer = compared(reader, letter, letter.number)
    assert (answer.status_code, FITS in answer.text) == (429, False)
    assert "Too many failed attempts" in answer.text
    assert f'value="{letter.number}"' in answer.text  # what was typed stays
    assert int(answer.headers["Retry-After"]) > 0
    assert reader.get(f"/verify/{letter.code}").status_code == 200
    assert FITS in compared(Person(asking.as_nobody(), "10.9.8.7"), letter, letter.number).text


def test_wrong_numbers_count_as_unknown_codes_do(town: Services, letter: Letter, asking: Asking) -> None:
    signing.run(town)
    reader = Person(asking.as_nobody())
    for number in range(2):
        compared(reader, letter, f"800/{number}")
    statuses = [reader.get(f"/verify/tebakan-{number}").status_code for number in range(4)]
    assert statuses == [200] * 3 + [429]


def test_guessing_codes_is_slowed_down(town: Services, letter: Letter, asking: Asking) -> None:
    signing.run(town)
    nobody = asking.as_nobody()
    statuses = [nobody.get(f"/verify/tebakan-{number}").status_code for number in range(6)]
    assert statuses == [200] * 5 + [429]
    answer = nobody.get(f"/verify/{letter.code}?lang=en")
    assert answer.status_code == 429
    assert "To the inbox" not in answer.text  # whoever reads this has none
    assert int(answer.headers["Retry-After"]) > 0
    elsewhere = nobody.get(f"/verify/{letter.code}", environ_base={"REMOTE_ADDR": "10.9.8.7"})
    assert elsewhere.status_code == 200


def test_the_passphrase_is_asked_for_and_not_kept_on_the_page(services: Services, world: World) -> None:
    with national_service(services.settings) as (url, _):
        own = replace(services, settings=replace(services.settings, signing="bsre", bsre_url=url))
        with own.action(now=NOW) as action:
            city.build(action.session)
        made, _data = decree(own, world.fitri)
        fitri = Asking(create_app(own), own).as_person("fitri")
        page = fitri.client.get(f"/letters/{made.id}?lang=en").text
        assert 'type="password"' in page
        wrong = fitri.post(f"/letters/{made.id}/sign", {"nik": "12", "passphrase": "rahasia-sekali"})
        assert wrong.status_code == 422
        assert "rahasia-sekali" not in wrong.text
        form = {"nik": "3271010101800001", "passphrase": "rahasia-sekali"}
        assert fitri.post(f"/letters/{made.id}/sign", form).status_code == 303
        page = fitri.client.get(f"/letters/{made.id}?lang=en").text
        assert "Surat sudah ditandatangani." in page  # flashed in the language of the browser
        assert 'type="password"' not in page


def test_unknown_letters_and_cases_look_alike(asking: Asking) -> None:
    fitri, nowhere = asking.as_person("fitri").client, uuid.uuid4()
    for address in (f"/letters/{nowhere}", f"/cases/{nowhere}/letter", f"/cases/{nowhere}/letter/file"):
        assert fitri.get(address).status_code == 404

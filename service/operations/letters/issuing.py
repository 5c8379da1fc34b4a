"""A letter comes to be: it takes the next number of its series and keeps all its text is made of; or it is withdrawn.

Number, letter and decision are one transaction: one that fails gives the number back, so that a series has no gaps.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from service.db.base import upsert
from service.db.cases import Case, Counter, Fact
from service.db.letters import Letter, LetterSignature
from service.domain.errors import Invalid
from service.domain.ids import new_id
from service.domain.letters import LONGEST_NUMBER, SK, LetterKind, LetterRules, content_hash, number_text
from service.domain.wording import N_, Message
from service.operations import source_contents
from service.operations.action import Action
from service.operations.letters import contents, rendering
from service.operations.letters.rules import MODES, digests, read_files, read_rules
from service.operations.recording import write_event

SAMPLE = "sample"
CODE_BYTES = 16
REPLACED = "Diganti dengan nomor {number}."


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter that has no number: what it would say."""

    kind: LetterKind
    context: Mapping[str, Any]
    files: Mapping[str, bytes]


def draft(action: Action, case: Case, kind_id: str, data: Mapping[str, Any]) -> Draft:
    """What a letter would say now. No number is taken, and nothing is written."""
    rules, kind = read_rules(action.settings), kind_of(action, kind_id)
    context = contents.context_of(action, case, data, rules, kind, None)
    day = _day(data.get("sk_tgl"))
    context["surat"]["tanggal"] = day.isoformat() if day else None
    return Draft(kind, context, read_files(action.settings))


def issue(
    action: Action,
    case: Case,
    kind_id: str,
    data: Mapping[str, Any],
    *,
    day: date,
    number: str | None = None,
) -> Letter:
    """Issue a letter of a locked case. `number` is one given by hand, for letters that others number.

    An earlier letter of the same kind in this case is withdrawn: one decree is in force. Raises Invalid when data are
    missing, when the number is taken, or when a template does not work: then nothing is written.
    """
    rules, kind = read_rules(action.settings), kind_of(action, kind_id)
    if missing := lacking(kind, data):
        raise Invalid(
            Message(
                N_("%(letter)s: these data are missing: %(missing)s."),
                letter=kind.label,
                missing=", ".join(missing),
            )
        )
    number, sequence = _numbered(action, rules, kind, case, day, number)
    void_all(action, case, REPLACED.format(number=number), kinds=[kind.id])
    code, mode = secrets.token_urlsafe(CODE_BYTES), mode_of(action)
    context = contents.context_of(action, case, data, rules, kind, day)
    context["surat"] |= {"nomor": number, "uji": mode == "test", "tautan": f"{address(action)}/verify/{code}"}
    files = read_files(action.settings)
    rendering.write(files, kind.template, context)
    letter = Letter(
        id=new_id(),
        case_id=case.id,
        kind=kind.id,
        number=number,
        series=kind.series if sequence is not None else None,
        year=day.year,
        sequence=sequence,
        dated=day,
        subject_nip=case.subject_nip,
        code=code,
        context=context,
        template=kind.template,
        files=digests(files),
        content_hash=content_hash(kind.id, context, digests(files)),
        mode=mode,
        signing="unsigned",
        issued_at=action.now,
        issued_by=action.actor.id,
    )
    source_contents.keep(action.session, {digest: files[name] for name, digest in digests(files).items()})
    action.session.add(letter)
    action.session.flush()
    agreed = _open_slots(action, case, letter, kind)
    if mode == "paper" or (mode == "test" and agreed):
        letter.next_at = action.now
    write_event(action, "letter_issued", case=case, name=kind.label, data=_said(letter))
    return letter


def decree(
    action: Action, case: Case, data: Mapping[str, Any], day: date, number: str | None
) -> Letter | None:
    """The decree of a decision; None where nobody was chosen: a stage may be started on its own."""
    if lacking(kind_of(action, SK), data):
        return None
    return issue(action, case, SK, data, day=day, number=number)


def void_all(action: Action, case: Case, reason: str, *, kinds: Iterable[str] = (SK,)) -> list[Letter]:
    """Withdraw the case's letters of these kinds. They keep their numbers, and /verify says that they are withdrawn."""
    found = action.session.scalars(
        select(Letter)
        .where(Letter.case_id == case.id, Letter.kind.in_(list(kinds)), Letter.state == "issued")
        .with_for_update()
    ).all()
    for letter in found:
        letter.state, letter.void_at, letter.void_reason, letter.next_at = "void", action.now, reason, None
        write_event(
            action,
            "letter_void",
            case=case,
            name=str(letter.context["surat"]["judul"]),
            data={**_said(letter), "reason": reason},
        )
    action.session.flush()
    return list(found)


def lacking(kind: LetterKind, data: Mapping[str, Any]) -> list[str]:
    """The variables without which the letter cannot be written; `calon.nip` is a field of one."""
    return [name for name in kind.needs if not _value(data, name)]


def writable(action: Action, data: Mapping[str, Any]) -> list[LetterKind]:
    """The kinds of letters, beside the decree, that the case's data suffice for."""
    kinds = read_rules(action.settings).kinds.values()
    return [kind for kind in kinds if kind.id != SK and not lacking(kind, data)]


def mode_of(action: Action) -> str:
    """How letters are signed here: test, bsre or paper."""
    if action.settings.signing in MODES:
        return action.settings.signing
    return "test" if action.session.get(Fact, SAMPLE) is not None else "paper"


def address(action: Action) -> str:
    """Where people reach this installation."""
    settings = action.settings
    return (settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def kind_of(action: Action, kind_id: str) -> LetterKind:
    kind = read_rules(action.settings).kinds.get(kind_id)
    if kind is None:
        raise Invalid("There is no such kind of letter.")
    return kind


def _numbered(
    action: Action, rules: LetterRules, kind: LetterKind, case: Case, day: date, given: str | None
) -> tuple[str, int | None]:
    """The letter's number, and its place in its series unless it was given by hand."""
    if given is not None:
        return _given_number(action, given), None
    sequence = _next(action, f"letter-{kind.series}-{day.year}")
    return number_text(rules.series[kind.series], sequence, day, case.number), sequence


def _next(action: Action, name: str) -> int:
    """The next number of a series. Its row stays locked until the transaction ends, and forgets it when that fails."""
    statement = upsert(action.session, Counter).values(name=name, value=1)
    value: int = action.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Counter.name], set_={"value": Counter.value + 1}
        ).returning(Counter.value)
    ).scalar_one()
    return value


def _given_number(action: Action, number: str) -> str:
    number = " ".join(number.split())
    if not number or len(number) > LONGEST_NUMBER:
        raise Invalid(
            Message(N_("A number has 1 to %(most)s characters."), most=LONGEST_NUMBER),
            {"sk_nomor": Message(N_("A number has 1 to %(most)s characters."), most=LONGEST_NUMBER)},
        )
    if action.session.scalar(select(Letter.id).where(Letter.number == number)) is not None:
        raise Invalid("Another letter has this number.", {"sk_nomor": "Another letter has this number."})
    return number


def _open_slots(action: Action, case: Case, letter: Letter, kind: LetterKind) -> bool:
    """Who is to sign; whether somebody agreed to already: by the task that the slot names, or by issuing the letter."""
    agreed = False
    for place, (slot, said) in enumerate(
        zip(kind.signatories, letter.context["penanda_tangan"], strict=True)
    ):
        account = contents.signer_account(action, case, slot)
        here = account is not None and account.id == action.actor.id
        decided = here or contents.decided_in_person(action, case, slot)
        agreed = agreed or decided
        action.session.add(
            LetterSignature(
                letter_id=letter.id,
                slot=slot.slot,
                place=place,
                kind=slot.kind,
                role=slot.role,
                title=said["jabatan"],
                name=said["nama"],
                account_id=account.id if account else None,
                agreed_at=action.now if decided else None,
            )
        )
    return agreed


def _value(data: Any, name: str) -> Any:
    for part in name.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _said(letter: Letter) -> dict[str, Any]:
    return {"letter": str(letter.id), "kind": letter.kind, "number": letter.number}


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None

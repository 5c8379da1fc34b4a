"""What every template can use: filters, icons, assets, who is signed in, where one can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user

from service.db.cases import Fact
from service.db.queries import substitutions
from service.domain.access import ActingFor
from service.web import context, moments, named, undoing
from service.web.admin import ADMINISTRATION, first_place
from service.web.assets import Assets, asset, icon

blueprint = Assets(
    "common", __name__, template_folder="templates", static_folder="static", static_url_path="/static"
)

SAMPLE = "sample"
OFFSET = "clock_offset_seconds"
NO_WORK = frozenset({"pegawai"})
"""Roles that bring no work of their own: who holds nothing else looks for their own transfer first."""


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the main navigation."""

    label: str
    href: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Who:
    """The person signed in, as the shell shows them."""

    name: str
    roles: str


@dataclass(frozen=True, slots=True)
class Sample:
    """This database holds invented data; `moved` when its clock was moved, to `day`."""

    moved: bool
    day: str


@blueprint.app_context_processor
def helpers() -> dict[str, Any]:
    """The names that templates use."""
    return {
        "account": account,
        "acting_for": acting_for,
        "age": moments.age,
        "asset": asset,
        "city": lambda: context.services().settings.city,
        "clock": moments.clock,
        "day": moments.day,
        "due": moments.due,
        "exact": moments.exact,
        "icon": icon,
        "in_language": context.in_language,
        "initials": initials,
        "language": context.language,
        "moment": moments.moment,
        "navigation": navigation,
        "name_of": named.label,
        "number": number,
        "pending_decisions": undoing.pending,
        "on_day": moments.on_day,
        "role_label": role_label,
        "said": said,
        "sample_data": sample_data,
        "signed_in": signed_in,
        "stands_in_for": stands_in_for,
        "sign_out_url": lambda: url_for("sign_in.sign_out"),
        "word": word,
    }


def signed_in() -> bool:
    return bool(getattr(current_user, "is_authenticated", False))


def account() -> Who:
    """The name and the roles of the person signed in."""
    actor = context.own()
    return Who(actor.name, ", ".join(role_label(role) for role in sorted(actor.roles)))


def acting_for() -> ActingFor | None:
    """The absent person somebody acts for on this page."""
    return context.actor().acting_for


def stands_in_for() -> list[substitutions.Row]:
    """The absent people for whom the person can act now."""
    if "stands_in_for" not in g:
        own = context.own()
        with context.services().reading(own) as action:
            g.stands_in_for = (
                substitutions.standing_in(action.session, own.id, action.now) if own.id is not None else []
            )
    found: list[substitutions.Row] = g.stands_in_for
    return found


def role_label(role: str | None) -> str:
    """A role by its name in the reader's language; an unknown one (a lane's name) as it is."""
    if not role:
        return ""
    found = context.services().roles.get(role)
    return context.in_language(found.label, found.label_en) if found else role


def initials(name: str) -> str:
    """`AP` of `Ani Pratiwi, S.Sos.`"""
    words = [word for word in name.split(",")[0].split() if word[:1].isalpha() and not word.endswith(".")]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def navigation() -> list[Link]:
    """Where this person can go."""
    actor = context.actor()
    links = [
        _link(gettext("Inbox"), "inbox.page", "inbox", ("inbox", "tasks")),
        _link(gettext("Cases"), "cases.page", "folder", ("cases", "documents")),
    ]
    if actor.may("case.view_all"):
        links.append(
            _link(gettext("Overview"), "overview.page", "layout-dashboard", ("overview", "outcomes"))
        )
    if actor.may("data.correct"):
        links.append(_link(gettext("Corrections"), "corrections.page", "edit", ("corrections",)))
    if actor.may("case.start"):
        links.append(_link(gettext("Start"), "starting.page", "player-play", ("starting",)))
    if actor.may("definition.view") or actor.may("definition.deploy"):
        links.append(_link(gettext("Definitions"), "definitions.page", "sitemap", ("definitions", "editing")))
    if (place := first_place(actor)) is not None:
        links.append(_link(gettext("Administration"), place, "settings", ADMINISTRATION))
    own = context.own()
    if own.nip is not None:
        mine = _link(gettext("My transfer"), "my.page", "route", ("my", "wishes", "own_data"))
        links.insert(0 if own.roles <= NO_WORK else len(links), mine)
    return links


def sample_data() -> Sample | None:
    """What the banner says when this is invented data."""
    with context.services().reading() as action:
        marked = action.session.get(Fact, SAMPLE)
        if marked is None:
            return None
        offset = action.session.get(Fact, OFFSET)
        local = action.now.astimezone(context.zone()).date()
        return Sample(offset is not None and int(offset.value) != 0, moments.day(local))


def number(value: float | None, digits: int = 2) -> str:
    """A number in the reader's notation, without needless zeros; an en dash for None."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if context.language() == "en" else text.replace(".", ",")


def word(code: str) -> str:
    """A code of the case's data in words: outcomes of rules, opinions, sides, measures of time."""
    return WORDS[code]() if code in WORDS else code.replace("_", " ")


def said(error: Exception) -> str:
    """A business error in the reader's language, where the catalogue has it."""
    return gettext(str(error))


def _link(label: str, endpoint: str, glyph: str, blueprints: tuple[str, ...]) -> Link:
    return Link(label, url_for(endpoint), glyph, request.blueprint in blueprints)


WORDS = {
    "lulus": lambda: gettext("Passed"),
    "gagal": lambda: gettext("Not met"),
    "peringatan": lambda: gettext("Warning"),
    "perlu_izin": lambda: gettext("Needs a permit"),
    "tidak_berlaku": lambda: gettext("Does not apply"),
    "setuju": lambda: gettext("Agrees"),
    "setuju_bersyarat": lambda: gettext("Agrees on condition"),
    "tidak": lambda: gettext("Does not agree"),
    "tolak": lambda: gettext("Rejects"),
    "ubah": lambda: gettext("Change the plan"),
    "kembalikan": lambda: gettext("Sends it back"),
    "diam": lambda: gettext("No answer"),
    "unit_asal": lambda: gettext("Origin unit"),
    "unit_penerima": lambda: gettext("Receiving unit"),
    "pegawai": lambda: gettext("Employee"),
    "bersedia": lambda: gettext("Willing"),
    "tidak_bersedia": lambda: gettext("Not willing"),
    "kurang": lambda: gettext("Too few"),
    "cukup": lambda: gettext("Enough"),
    "lebih": lambda: gettext("Too many"),
    "keluarga": lambda: gettext("Family"),
    "kesehatan": lambda: gettext("Health"),
    "karier": lambda: gettext("Career"),
    "kompetensi": lambda: gettext("Competence"),
    "lain": lambda: gettext("Other"),
    "jenis_pemicu": lambda: gettext("Trigger"),
    "pemicu": lambda: gettext("Occasion"),
    "manual": lambda: gettext("Started by hand"),
    "rencana_tahunan": lambda: gettext("Yearly plan"),
    "rencana": lambda: gettext("Plan"),
    "program": lambda: gettext("Programme"),
    "lonjakan_pengaduan": lambda: gettext("Surge of complaints"),
    "evaluasi_kinerja": lambda: gettext("Decline in performance"),
    "lowongan": lambda: gettext("Vacancy"),
    "catatan_analisis": lambda: gettext("Note on the analysis"),
    "catatan_pemetaan": lambda: gettext("Note on the mapping"),
    "alasan_rencana": lambda: gettext("Reason for the plan"),
    "alasan_khusus": lambda: gettext("Special reason"),
    "dasar_hukum": lambda: gettext("Legal basis"),
    "nomor": lambda: gettext("Number"),
    "tgl": lambda: gettext("Dated"),
    "tmt": lambda: gettext("Effective from"),
    "dibatalkan": lambda: gettext("Cancelled"),
    "selesai": lambda: gettext("Finished"),
    "ditolak": lambda: gettext("Rejected"),
    "disetujui": lambda: gettext("Approved"),
    "dihentikan": lambda: gettext("Stopped"),
    "ditutup_manajer": lambda: gettext("Closed by the manager"),
    "target_tercapai": lambda: gettext("Target reached"),
    "penempatan_ulang": lambda: gettext("Placed anew"),
    "rencana_disetujui": lambda: gettext("Plan approved"),
    "tanpa_mutasi": lambda: gettext("Without a transfer"),
    "kpi_tercapai": lambda: gettext("Target reached"),
    "kpi_belum_tercapai": lambda: gettext("Target not reached"),
    "sk_dicabut": lambda: gettext("Decree withdrawn"),
}


def review_label(month: int) -> str:
    """After how long a review is: `3 bulan`."""
    return ngettext("%(num)d month", "%(num)d months", month)

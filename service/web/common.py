"""What every template can use: filters, icons, assets, who is signed in, where one can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext
from flask_login import current_user

from service.db.cases import Fact
from service.db.queries import substitutions
from service.domain.access import ActingFor
from service.web import context, document_kinds, moments, named, undoing, wording
from service.web.admin import admin_places, first_place
from service.web.assets import Assets, asset, icon
from service.web.letter_names import letter_name
from service.web.words import number, role_label, word

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
        "letter_name": letter_name,
        "largest_file": lambda: context.services().settings.max_upload_bytes,
        "moment": moments.moment,
        "navigation": navigation,
        "name_of": named.label,
        "number": number,
        "pending_decisions": undoing.pending,
        "on_day": moments.on_day,
        "role_label": role_label,
        "actor_name": wording.actor_name,
        "said": wording.said,
        "sample_data": sample_data,
        "signed_in": signed_in,
        "stands_in_for": stands_in_for,
        "sign_out_url": lambda: url_for("sign_in.sign_out"),
        "word": word,
        "this_page": context.this_page,
        "sent_from": context.sent_from,
        "document_kind": document_kinds.label,
        "document_kinds": document_kinds.labels,
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
        here_too = ("definitions", "editing", "deploying_again")
        links.append(_link(gettext("Definitions"), "definitions.page", "sitemap", here_too))
    if (place := first_place(actor)) is not None:
        here = any(place.current for place in admin_places())
        links.append(Link(gettext("Administration"), url_for(place), "settings", here))
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


def _link(label: str, endpoint: str, glyph: str, blueprints: tuple[str, ...]) -> Link:
    return Link(label, url_for(endpoint), glyph, request.blueprint in blueprints)

"""Private calendars for calendar programs, which sign in with nothing but the address."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from service.domain.errors import MutasiError
from service.operations import calendar_feeds
from service.web import context

blueprint = Blueprint("feeds", __name__, url_prefix="/feeds")

LONGEST_TOKEN = 100


@blueprint.get("/<token>.ics")
def calendar(token: str) -> ResponseReturnValue:
    """The deadlines of whoever's address this is; 304 when nothing changed, 404 when it is nobody's."""
    services = context.services()
    try:
        with services.action() as action:
            account = calendar_feeds.owner(action, token[:LONGEST_TOKEN])
            calendar_feeds.note_use(action, account)
            base = services.settings.base_url.rstrip("/") or request.host_url.rstrip("/")
            content = calendar_feeds.calendar(action, account, base)
    except MutasiError:
        return Response("", 404, mimetype="text/plain")
    answer = Response(content, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'inline; filename="mutasi.ics"'
    answer.add_etag()
    answer.make_conditional(request)
    return answer

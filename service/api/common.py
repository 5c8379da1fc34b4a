"""What every part of the API shares: who asks, pages, versions, answers done once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, current_app, jsonify, request, url_for
from flask_login import current_user
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field

from service.db.queries import Page
from service.domain.access import Actor
from service.domain.errors import BadCredentials, Invalid, NotFound
from service.operations import accounts, idempotency
from service.operations.action import Action
from service.wiring import Services

PREFIX = "/api/v1"
BEARER: list[dict[str, list[Any]]] = [{"bearer": []}]


def part(name: str, *, tag: str = "") -> APIBlueprint:
    """A part of the API, for who holds a token; `tag`: under which it is described."""
    return APIBlueprint(
        f"api_{name}",
        __name__,
        url_prefix=PREFIX,
        abp_tags=[Tag(name=tag or name)],
        abp_security=BEARER,
    )


class Strict(BaseModel):
    """Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Strict):
    """How much of a list, and from where."""

    limit: int = Field(50, ge=1, le=200, description="How many items at the most")
    cursor: str | None = Field(None, max_length=400, description="page.next_cursor of the page before")


class PageInfo(BaseModel):
    """Where the next page begins; null at the end."""

    next_cursor: str | None = None


class FieldError(BaseModel):
    """What is wrong with one field."""

    pointer: str = Field(examples=["/data/putusan_ppk"])
    code: str = Field(examples=["invalid"])
    detail: str


class FindingOut(BaseModel):
    """What is wrong with one element of a definition, and how to mend it."""

    file: str
    element: str | None = None
    rule: str
    severity: str = Field(examples=["error"])
    message: str
    mend: str = ""


class Problem(BaseModel):
    """RFC 9457: what went wrong and what to do about it."""

    type: str = Field(examples=["https://mutasi.id/problems/conflict"])
    title: str
    status: int
    detail: str
    code: str
    instance: str
    trace_id: str
    errors: list[FieldError] | None = None
    findings: list[FindingOut] | None = Field(
        None, description="With invalid_definition: everything that is wrong"
    )
    by: str | None = Field(None, description="With conflict: who was first")
    at: str | None = Field(None, description="With conflict: when")
    element: str | None = Field(None, description="With incident: where in the diagram")


REFUSALS: dict[Any, Any] = {403: Problem, 404: Problem, 409: Problem, 422: Problem}
"""How most changes can be refused."""


def services() -> Services:
    found: Services = current_app.extensions["services"]
    return found


def actor() -> Actor:
    """Who asks. Raises BadCredentials for nobody."""
    if not current_user.is_authenticated:
        raise BadCredentials("A bearer token is needed: Authorization: Bearer <token>.")
    found: Actor = current_user.actor
    return found


@contextmanager
def reading() -> Iterator[Action]:
    with services().reading(actor()) as action:
        yield action


def once(status: int, do: Callable[[Action], dict[str, Any]], *, content: bytes | None = None) -> Response:
    """Do something in one transaction; with an Idempotency-Key at most once, and answer the same again.

    `content` stands for the body where that differs from one sending to the next, as boundaries of multipart do.
    """
    who = actor()
    key = request.headers.get("Idempotency-Key")
    with services().action(who) as action:
        sent = request.get_data(cache=True) if content is None else content
        lent = f" for {who.acting_for.id}" if who.acting_for else ""
        fingerprint = f"{request.method} {request.path}{lent}\n".encode() + sent
        got, answer = idempotency.once(action, key, fingerprint, lambda: (status, do(action)))
    text = current_app.json.dumps(
        answer, sort_keys=True
    )  # PostgreSQL keeps no order: equal answers are equal bytes
    return Response(text, got, mimetype="application/json")


def created(do: Callable[[Action], dict[str, Any]], where: str, key: str, **given: Any) -> Response:
    """Make something once. The answer says its address: `where`, and what the answer holds under `key`."""
    response = once(201, do, **given)
    response.headers["Location"] = f"{PREFIX}/{where}/{response.get_json()[key]}"
    return response


def expected_version() -> int | None:
    """The version that If-Match names; None without the header or with `*`."""
    text = request.headers.get("If-Match")
    if text is None or text.strip() == "*":
        return None
    bare = text.strip().removeprefix("W/").strip('"')
    if not bare.isdigit():
        raise Invalid('If-Match holds an ETag of ours, such as "3".')
    return int(bare)


def paged(page: Page[Any], render: Callable[[Any], dict[str, Any]]) -> Response:
    """A page as JSON, with a Link header to the next one."""
    response = jsonify(
        {"items": [render(item) for item in page.items], "page": {"next_cursor": page.next_cursor}}
    )
    if page.next_cursor:
        values = {**request.args.to_dict(), **(request.view_args or {}), "cursor": page.next_cursor}
        response.headers["Link"] = f'<{url_for(request.endpoint or "", **values)}>; rel="next"'
    return response


def as_id(text: str, what: str) -> uuid.UUID:
    """An id of a path; NotFound for anything else, so that unknown and malformed look alike."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound(f"There is no such {what}.") from None


def account_named(action: Action, name: str | None) -> uuid.UUID | None:
    """The account with a user name, or `me`; for an unknown one an id that nobody has."""
    if name is None:
        return None
    return actor().holder if name == "me" else whom(action, name)


def whom(action: Action, name: str) -> uuid.UUID:
    """The account with a user name; an unknown one reads as one that may do nothing."""
    try:
        return accounts.named(action.session, name).id
    except NotFound:
        return uuid.UUID(int=0)


def moment(value: Any) -> str | None:
    return value.isoformat() if value is not None else None

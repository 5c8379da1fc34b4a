"""Parts of pages that are alike for everybody who may see them, kept for a minute: counting them is what takes time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import current_app
from markupsafe import Markup

from service.domain.figures import minute
from service.operations.action import Action
from service.web import context

MOST = 64


class Kept:
    """The parts of this process, those used least recently left out first."""

    def __init__(self) -> None:
        self._parts: OrderedDict[Hashable, Markup] = OrderedDict()
        self._lock = Lock()

    def part(self, key: Hashable, make: Callable[[], str]) -> Markup:
        """The part of this key; made while nothing is locked, so two at once may both make it."""
        with self._lock:
            if key in self._parts:
                self._parts.move_to_end(key)
                return self._parts[key]
        made = Markup(make())  # noqa: S704 - a rendered template, escaped already
        with self._lock:
            self._parts[key] = made
            while len(self._parts) > MOST:
                self._parts.popitem(last=False)
        return made

    def forget(self) -> None:
        """Leave out all parts."""
        with self._lock:
            self._parts.clear()


def part(action: Action, key: Hashable, make: Callable[[], str]) -> Markup:
    """A part of a page as made in the present minute, in the reader's language and time zone."""
    found: Kept = current_app.extensions.setdefault("kept", Kept())
    return found.part((key, minute(action.now), context.language(), context.zone().key), make)

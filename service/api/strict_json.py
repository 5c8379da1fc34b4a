"""Flask's JSON with a strict reader."""

from __future__ import annotations

from typing import Any

from flask.json.provider import DefaultJSONProvider

from service.domain import json_text


class StrictJson(DefaultJSONProvider):
    """What the reader refuses is a 400."""

    sort_keys = False
    ensure_ascii = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json_text.loads(s)

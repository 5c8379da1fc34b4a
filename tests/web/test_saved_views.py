"""The bar of saved views on a list page."""

from __future__ import annotations

import json
import re

from tests.web.conftest import Client


def test_a_view_is_kept_found_shared_and_deleted_on_the_page(client: Client) -> None:
    ani, citra = client("ani.analis"), client("citra.bkpsdm")
    query = json.dumps({"q": "perawat", "view": "mine"})
    kept = ani.post(
        "/views", data={"page": "inbox", "name": "Perawat", "query": query, "shared": "role:kepala_bkpsdm"}
    )
    assert kept.status_code == 303
    address = kept.headers["Location"]
    page = ani.get(address).text
    assert re.search(r'aria-current="true"[^>]*>\s*<svg.*?</svg>Perawat</a>', page, re.DOTALL)
    view = re.search(r'action="/views/([0-9a-f-]{36})"', page)
    assert view
    others = citra.get("/inbox").text
    assert "Perawat" in others
    assert f"/views/{view[1]}" not in others
    assert citra.post(f"/views/{view[1]}/delete").status_code == 404
    changed = ani.post(f"/views/{view[1]}", data={"name": "Bidan", "shared": "nobody", "next": "/inbox"})
    assert changed.headers["Location"] == "/inbox"
    assert "Bidan" in ani.get("/inbox").text
    assert "Bidan" not in citra.get("/inbox").text
    ani.post(f"/views/{view[1]}/delete")
    assert "Bidan" not in re.sub(
        r'<div class="flashes".*?</div>', "", ani.get("/inbox").text, flags=re.DOTALL
    )


def test_without_filters_there_is_nothing_to_save_and_nonsense_is_refused(client: Client) -> None:
    ani = client("ani.analis")
    assert 'command="show-modal" commandfor="save-view"' not in ani.get("/inbox").text
    assert 'command="show-modal" commandfor="save-view"' in ani.get("/inbox?q=a").text
    for query in ("[]", "{", '{"q": {}}'):
        assert ani.post("/views", data={"page": "inbox", "name": "x", "query": query}).status_code == 422
    assert client("").post("/views", data={}).status_code in (302, 303)

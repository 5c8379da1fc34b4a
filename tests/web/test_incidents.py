"""A failed step on the case's page: seen by those who see the case, tried again and mended by those who may."""

from __future__ import annotations

import html

from tests.api.building import open_task, start
from tests.api.test_incidents import FRAGILE, files_for
from tests.asking import Asking


def test_a_manager_mends_a_case_on_its_page(asking: Asking) -> None:
    files_for(asking, rapuh=FRAGILE)
    ani, hadi = asking.as_program("ani"), asking.as_person("hadi")
    case = start(ani, "rapuh")["id"]
    assert ani.post(f"/tasks/{open_task(ani, case)['id']}/complete", {"data": {}}).status_code == 422
    page = f"/cases/{case}"
    seen = html.unescape(hadi.get(page).text)
    assert "Satu langkah gagal" in seen
    assert "there is no jumlah" in seen or "jumlah" in seen
    incident = ani.get("/incidents").get_json()["items"][0]["id"]
    hadi.post(f"{page}/incidents/{incident}/retry", {}, page=page)
    assert "Gagal lagi" in hadi.get(page).text
    hadi.post(f"{page}/variables", {"name": "jumlah", "value": "1 +", "reason": "x"}, page=page)
    assert "bukan ekspresi FEEL" in hadi.get(page).text
    hadi.post(f"{page}/variables", {"name": "jumlah", "value": "2 + 2", "reason": "Lupa diisi"}, page=page)
    hadi.post(f"{page}/incidents/{incident}/retry", {}, page=page)
    after = hadi.get(page).text
    assert "Sekarang berhasil" in after
    assert "Satu langkah gagal; kasus" not in after
    assert "Variabel diubah: jumlah" in after
    assert open_task(ani, case)["element"] == "b"
    other = asking.as_person("intan").post(
        f"{page}/variables", {"name": "a", "value": "1", "reason": "x"}, page="/"
    )
    assert other.status_code in (403, 404)

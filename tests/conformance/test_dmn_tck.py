"""The DMN Technology Compatibility Kit, where its cases lie beside the checkout (../shared/conformance/dmn-tck)."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.engine import tck

KIT = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "dmn-tck"
FLOORS = {"compliance-level-2": 1.0, "compliance-level-3": 0.985}


@pytest.mark.parametrize("level", [level for level in FLOORS if (KIT / level).is_dir()])
def test_as_many_results_pass_as_before(level: str) -> None:
    rows = tck.run(KIT / level)
    passed = sum(row["status"] == "pass" for row in rows)
    assert len(rows) > 100
    assert passed / len(rows) >= FLOORS[level], [row for row in rows if row["status"] != "pass"][:10]

"""What the pages are built from is named with its version and licence."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILDS_ONLY = {"esbuild"}


def test_every_package_of_the_pages_is_in_the_notices() -> None:
    notices = (ROOT / "THIRD-PARTY-NOTICES.md").read_text(encoding="utf-8")
    needed = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    missing = [
        name
        for name, version in needed.items()
        if name not in BUILDS_ONLY and f"| {name} | {version} |" not in notices
    ]
    assert missing == []

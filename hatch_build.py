"""Build hook: the wheel and the sdist carry the built front end and the compiled translations.

A folder that holds them already (an unpacked sdist) is taken as it is, so that no npm is needed there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEndHook(BuildHookInterface):
    """Runs `npm ci` and the front end's build, and compiles the message catalogues."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "service/web/static/build/manifest.json").exists():
            build_front_end(root / "frontend")
        compile_translations(root / "service/web/translations")


def build_front_end(folder: Path) -> None:
    """Build into service/web/static/build with the machine's npm, else the one beside this Python."""
    npm = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if npm is None:
        raise SystemExit("The front end is not built and there is no npm: run `make setup` first.")
    environment = os.environ | {"PATH": f"{Path(npm).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([npm, *command], cwd=folder, env=environment, check=True)  # noqa: S603 - fixed commands


def compile_translations(folder: Path) -> None:
    """Write a .mo beside every .po."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for catalogue in folder.glob("*/LC_MESSAGES/*.po"):
        with catalogue.open("rb") as source, catalogue.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source, locale=catalogue.parent.parent.name))

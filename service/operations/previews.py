"""Looking at documents without opening them: pages of a PDF as pictures, drawn once, in a process of its own.

A PDF from outside is never handed to a reader's browser as a page, nor read in the server's own process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from service.db.cases import CaseDocument
from service.domain.errors import Invalid
from service.operations import documents
from service.operations.action import Action

PICTURES = frozenset({"image/png", "image/jpeg"})
PDF, TEXT = "application/pdf", "text/plain"
MOST_PAGES = 20
MOST_TEXT = 200_000
SECONDS = 30
MEGABYTES = 1024
ROOT = Path(__file__).parents[2]


def is_shown(document: CaseDocument) -> bool:
    """Whether it can be looked at here."""
    return document.media_type in PICTURES | {PDF, TEXT}


def text_of(action: Action, document: CaseDocument) -> str:
    """The beginning of a plain text."""
    with documents.path_of(action, document).open("rb") as file:
        return file.read(MOST_TEXT).decode("utf-8", "replace")


def pages_of(action: Action, document: CaseDocument) -> tuple[list[Path], int]:
    """PNG files of the first pages of a PDF, and how many pages it has. Raises Invalid when it cannot be drawn."""
    folder = Path(action.settings.var_dir, "previews", document.sha256)
    if not (folder / "pages.json").is_file():
        _draw(documents.path_of(action, document), folder)
    count = json.loads((folder / "pages.json").read_text())["pages"]
    return [folder / f"{number}.png" for number in range(1, min(count, MOST_PAGES) + 1)], count


def _draw(source: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=folder.parent))
    program = [sys.executable, "-m", "service.operations.drawing", str(source), str(work)]
    limits = [str(MOST_PAGES), str(MEGABYTES), str(SECONDS)]
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
    }
    try:
        subprocess.run(  # noqa: S603 - our own program, with paths of our own making
            [*program, *limits], check=True, capture_output=True, timeout=SECONDS, env=environ
        )
        work.rename(folder)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Invalid("This document cannot be shown here. Download it.") from error
    except OSError:
        if not (folder / "pages.json").is_file():  # else another process drew it meanwhile
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)

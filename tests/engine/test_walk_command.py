"""`mutasi walk` as other programs run it: JSON out, exit codes, and an end whatever the file holds."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.browser.conftest import MUTASI
from tests.operations.diagrams import HEAD

ONE = (
    f'{HEAD}<process id="satu" isExecutable="true"><startEvent id="s"/><userTask id="isi" name="Isi"/><endEvent id="e"/>'
    '<sequenceFlow id="f0" sourceRef="s" targetRef="isi"/><sequenceFlow id="f1" sourceRef="isi" targetRef="e"/>'
    "</process></definitions>"
)


def walk(file: Path, actions: Any, **environment: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, the printed JSON and what was said on standard error."""
    done = subprocess.run(
        [MUTASI, "walk", str(file), "--actions", "-", "--json"],
        input=json.dumps(actions),
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {}, done.stderr


def write(folder: Path, text: str) -> Path:
    path = folder / "satu.bpmn"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_walk_tells_what_was_completed_and_what_could_not_be_done(tmp_path: Path) -> None:
    actions = [{"complete": "lain"}, {"complete": "isi", "data": {"nilai": 7}}]
    code, walked, _ = walk(write(tmp_path, ONE), actions)
    assert (code, walked["outcome"], walked["completed"], walked["open"]) == (0, "completed", ["isi"], [])
    assert walked["data"]["nilai"] == 7
    assert [rejected["action"] for rejected in walked["rejected"]] == [{"complete": "lain"}]


def test_a_refused_diagram_says_why(tmp_path: Path) -> None:
    code, walked, _ = walk(write(tmp_path, ONE.replace('targetRef="isi"', 'targetRef="entah"')), [])
    assert (code, walked["outcome"]) == (1, "refused")
    assert any(finding["severity"] == "error" for finding in walked["findings"])


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    code, _, said = walk(tmp_path / "tidak_ada.bpmn", [])
    assert code == 2
    assert "tidak_ada.bpmn" in said
    assert "Traceback" not in said


def test_a_diagram_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    tasks = "".join(
        f'<scriptTask id="t{n}"><script>{{a{n}: {n}}}</script></scriptTask>' for n in range(9_900)
    )
    flows = "".join(f'<sequenceFlow id="f{n}" sourceRef="t{n}" targetRef="t{n + 1}"/>' for n in range(9_899))
    file = write(
        tmp_path, f'{HEAD}<process id="satu" isExecutable="true">{tasks}{flows}</process></definitions>'
    )
    code, walked, said = walk(file, [], MUTASI_CHECK_MEGABYTES="140")
    assert (code, walked.get("outcome")) == (1, "refused"), said
    assert {finding["rule"] for finding in walked["findings"]} & {"check-limit", "check-failed"}

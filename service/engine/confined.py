"""Checking files in a process of its own, with little memory and time: whatever a file holds, the check ends.

The child gets its input as a pickle on standard input (from this program only) and answers findings as JSON.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from service.domain.wording import Message
from service.engine.steps import Finding, Limits, SourceFile

ROOT = Path(__file__).parents[2]
STARTING_SECONDS = 1.5  # of the time allowed, kept for starting the child and reading its answer


def check(
    files: Sequence[SourceFile],
    *,
    library: Mapping[str, SourceFile],
    roles: Iterable[str] | None,
    functions: Iterable[str],
    limits: Limits,
    seconds: float,
    megabytes: int,
) -> list[Finding]:
    """All findings of the files, as Engine.check answers them. What costs too much is a finding, too.

    `functions`: the FEEL functions that diagrams may call besides the standard's, by name.
    """
    asked = {
        "files": [(file.name, file.content) for file in files],
        "library": [(file.name, file.content) for file in library.values()],
        "roles": None if roles is None else sorted(roles),
        "functions": sorted(functions),
        "limits": asdict(limits),
        "bytes": megabytes * 1024 * 1024,
        "seconds": int(seconds) + 1,
    }
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "service.engine.confined"],
            input=pickle.dumps(asked),
            capture_output=True,
            timeout=max(seconds - STARTING_SECONDS, 0.1),
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        answer = None
    if answer is None:
        name = files[0].name if files else ""
        message = Message(
            "The check needs more than %(seconds)s s or %(megabytes)s MiB and was stopped.",
            seconds=f"{seconds:g}",
            megabytes=megabytes,
        )
        return [
            Finding(
                name, None, "check-limit", "error", message, Message("Make it smaller: call parts of it.")
            )
        ]
    return [_unpacked(finding) for finding in answer]


def _main() -> None:
    asked = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - written by `check`
    resource.setrlimit(resource.RLIMIT_AS, (asked["bytes"], asked["bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    from service.engine.runner import Engine  # only now: within the limits

    engine = Engine({name: _named(name) for name in asked["functions"]}, Limits(**asked["limits"]))
    library = {name: SourceFile(name, content) for name, content in asked["library"]}
    found = engine.check(
        [SourceFile(name, content) for name, content in asked["files"]], library=library, roles=asked["roles"]
    )
    json.dump([_packed(finding) for finding in found], sys.stdout)


def _packed(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"message": finding.message.packed(), "mend": finding.mend.packed()}


def _unpacked(finding: dict[str, Any]) -> Finding:
    said = {name: Message.unpacked(finding[name]) for name in ("message", "mend")}
    return Finding(**(finding | said))


def _named(name: str) -> Any:
    def function(*arguments: Any) -> None:
        raise NotImplementedError(name)  # a check compiles expressions and evaluates none

    return function


if __name__ == "__main__":
    _main()

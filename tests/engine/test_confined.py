"""Whatever a file holds, its check ends: in a process of its own, with little time and memory."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from service.engine import confined
from service.engine.steps import Finding, Limits, SourceFile
from tests.engine.building import END, START, engine, file, flows, process, users

FINE = file(process(START, users("a"), END, flows("begin -> a -> end")))
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"><process id="p">'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def checked(
    *files: SourceFile, seconds: float = 10, megabytes: int = 512, **options: object
) -> list[Finding]:
    found = {"library": {}, "roles": None, "functions": [], "limits": Limits(), **options}
    return confined.check(files, seconds=seconds, megabytes=megabytes, **found)  # type: ignore[arg-type]


def test_it_answers_what_the_check_answers() -> None:
    broken = file(process(START, users("a", "a"), END, flows("begin -> a -> gone")))
    for source in (FINE, broken):
        assert checked(source) == engine().check([source])


def test_what_takes_too_long_is_a_finding() -> None:
    began = time.monotonic()
    (finding,) = checked(FINE, seconds=0.1)
    assert (finding.rule, finding.severity, finding.file) == ("check-limit", "error", "p.bpmn")
    assert finding.mend
    assert time.monotonic() - began < 5


def test_what_needs_too_much_memory_is_a_finding() -> None:
    assert [finding.rule for finding in checked(FINE, megabytes=24)] == ["check-limit"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02" * 1000,
        b"<definitions" * 100_000,
        (BOMB + HEAD + "&b;</process></definitions>").encode(),
        (HEAD + "<subProcess>" * 50_000).encode(),
        (HEAD + "".join(f'<subProcess id="s{n}">' for n in range(240)) + "</subProcess>" * 240 + "</process></definitions>").encode(),
        (HEAD + '<task id="a"/>' * 200_000 + "</process></definitions>").encode(),
        (HEAD + '<scriptTask id="s"><script>' + "(" * 100_000 + "</script></scriptTask></process></definitions>").encode(),
        (HEAD + '<scriptTask id="s"><script>' + "1+" * 200_000 + "1</script></scriptTask></process></definitions>").encode(),
        (HEAD + "<documentation>" + "x" * 40_000_000 + "</documentation></process></definitions>").encode(),
        '<?xml version="1.0" encoding="UTF-16"?><definitions/>'.encode("utf-16"),
    ],
    ids=["empty", "binary", "unclosed", "entities", "deep", "nested", "wide", "brackets", "sum", "large", "utf-16"],
)  # fmt: skip
def test_hostile_files_end_in_findings(content: bytes) -> None:
    began = time.monotonic()
    found = checked(SourceFile("x.bpmn", content))
    assert any(finding.severity == "error" for finding in found)
    assert not any("Traceback" in finding.message for finding in found)
    assert time.monotonic() - began < 10
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 700 * 1024


@pytest.mark.parametrize("suffix", [".dmn", ".json", ".txt"])
def test_other_files_end_in_findings(suffix: str, tmp_path: Path) -> None:
    for content in (b"", b"{" * 200_000, b"<x>", b"\xff\xfe\x00"):
        assert checked(SourceFile(f"x{suffix}", content))

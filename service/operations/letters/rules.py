"""config/letters.toml and the templates of forms/letters/, with what the city's own folder puts in their place."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from service.domain.letters import Basis, LetterKind, LetterRules, Signatory, check_pattern
from service.settings import BadSetting, Settings, shipped

RULES = "letters.toml"
MODES = ("test", "bsre", "paper")
APIS = ("v2", "v1")
SUFFIXES = frozenset({".html", ".css", ".svg", ".png", ".jpg", ".otf", ".ttf", ".woff2"})
LARGEST_FILE = 4 * 1024 * 1024


def check(settings: Settings) -> None:
    """Stop the start where letters cannot work. Raises BadSetting; a missing library is found when it is needed."""
    if settings.signing not in ("", *MODES):
        raise BadSetting(f"signing is one of {', '.join(MODES)}, not {settings.signing!r}")
    if settings.bsre_api not in APIS:
        raise BadSetting(f"bsre_api is one of {', '.join(APIS)}, not {settings.bsre_api!r}")
    if settings.letters_dir and not Path(settings.letters_dir).is_dir():
        raise BadSetting(f"letters_dir: there is no folder {settings.letters_dir}")
    read_rules(settings)


def read_rules(settings: Settings) -> LetterRules:
    """The rules in force. Raises BadSetting that names the file and what is wrong."""
    own = Path(settings.letters_dir, RULES) if settings.letters_dir else None
    path = own if own is not None and own.is_file() else shipped("config") / RULES
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> LetterRules:
    try:
        return _parse(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadSetting(f"{path}: {error}") from error


def read_files(settings: Settings) -> Mapping[str, bytes]:
    """Templates, pictures and fonts by their path in the folder; the city's own files go before the shipped ones."""
    folders = [shipped("forms") / "letters"]
    if settings.letters_dir:
        folders.append(Path(settings.letters_dir))
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                found[path.relative_to(folder).as_posix()] = path
    return {name: _content(path, path.stat().st_mtime_ns) for name, path in found.items()}


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """File name -> SHA-256."""
    return {name: _digest(content) for name, content in files.items()}


@lru_cache(maxsize=128)
def _content(path: Path, changed: int) -> bytes:
    if path.stat().st_size > LARGEST_FILE:
        raise BadSetting(f"{path}: larger than {LARGEST_FILE // 1024 // 1024} MB")
    return path.read_bytes()


@lru_cache(maxsize=256)
def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _parse(entries: Mapping[str, Any]) -> LetterRules:
    series = {name: str(entry["format"]) for name, entry in entries.get("series", {}).items()}
    for name, pattern in series.items():
        try:
            check_pattern(pattern)
        except (ValueError, KeyError, IndexError) as error:
            raise ValueError(f"series.{name}: {error}") from error
    kinds = {name: _kind(name, entry, series) for name, entry in entries.get("letter", {}).items()}
    basis = tuple(Basis(entry["text"], entry["from"], entry.get("until")) for entry in entries["basis"])
    return LetterRules(entries.get("office", {}), series, kinds, basis)


def _kind(name: str, entry: Mapping[str, Any], series: Mapping[str, str]) -> LetterKind:
    if entry["series"] not in series:
        raise ValueError(f"letter.{name}: there is no series {entry['series']}")
    return LetterKind(
        id=name,
        label=entry["label"],
        label_en=entry["label_en"],
        template=entry["template"],
        series=entry["series"],
        needs=tuple(entry.get("needs", ())),
        signatories=tuple(Signatory(**row) for row in entry.get("signatories", ())),
        copies=tuple(entry.get("copies", ())),
    )

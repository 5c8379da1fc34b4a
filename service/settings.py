"""Settings: config/default.toml, then the file named by MUTASI_CONFIG, then MUTASI_* variables.

An unknown key, or a value of the wrong kind, stops the start with a line that names it.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

SHORTEST_KEY = 16


class BadSetting(Exception):
    """A setting that is unknown or cannot be used; the message names the file and the key."""


def shipped(folder: str) -> Path:
    """The folder `workflows`, `forms` or `config`: of the checkout when there is one, else inside the wheel."""
    here = Path(__file__).resolve().parent
    checkout = here.parent / folder
    if (here.parent / "pyproject.toml").exists() and checkout.is_dir():
        return checkout
    return here / "bundled" / folder


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set. Durations are in the unit their name says."""

    database_url: str
    secret_key: str
    var_dir: str
    base_url: str
    host: str
    port: int
    https: bool
    proxies: int
    workers: int
    threads: int
    timezone: str
    locale: str
    tick_seconds: int
    lease_seconds: int
    max_attempts: int
    undo_seconds: int
    session_idle_minutes: int
    session_hours: int
    max_request_bytes: int
    max_upload_bytes: int
    sign_in_attempts: int
    sign_in_window_minutes: int
    evaluation_milliseconds: int
    evaluation_megabytes: int
    actions_per_step: int
    max_snapshot_bytes: int
    max_diagram_bytes: int
    check_seconds: int
    check_megabytes: int
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_scopes: str
    oidc_label: str
    oidc_groups_claim: str
    oidc_nip_claim: str
    oidc_link_by: str
    oidc_create_accounts: bool
    mail_url: str
    mail_from: str
    push_hosts: str
    city: str
    letters_dir: str
    signing: str
    bsre_url: str
    bsre_api: str
    bsre_user: str
    bsre_password: str
    verify_attempts: int

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def load(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings. `overrides` win over everything; they are for tests and for command-line options."""
    environ = os.environ if environ is None else environ
    values = _read(shipped("config") / "default.toml")
    if extra := environ.get("MUTASI_CONFIG"):
        values |= _read(Path(extra))
    kinds = {f.name: f.type for f in fields(Settings)}
    for name, text in environ.items():
        key = name.removeprefix("MUTASI_").lower()
        if name.startswith("MUTASI_") and key in kinds:
            values[key] = _from_text(name, text, str(kinds[key]))
    values |= overrides
    if missing := set(kinds) - set(values):
        raise BadSetting(f"missing settings: {', '.join(sorted(missing))}")
    for key, value in values.items():
        if key not in kinds:
            raise BadSetting(f'unknown setting "{key}"')
        if type(value).__name__ != kinds[key]:
            raise BadSetting(f'setting "{key}" must be {kinds[key]}, not {value!r}')
    return Settings(**values)


def secret_key(settings: Settings) -> str:
    """The key that signs cookies and seals stored secrets: the one that is set, else (without TLS: on a developer's
    machine) one made once and kept readable by this user only. Raises BadSetting.
    """
    if settings.secret_key:
        if len(settings.secret_key) < SHORTEST_KEY:
            raise BadSetting(f"secret_key has fewer than {SHORTEST_KEY} characters")
        return settings.secret_key
    if settings.https:
        raise BadSetting("secret_key must be set (MUTASI_SECRET_KEY) when https is on")
    path = Path(settings.var_dir, "secret_key")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        own = path.with_name(f"secret_key.{secrets.token_hex(8)}")
        own.touch(mode=0o600)
        own.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        with suppress(FileExistsError):  # of several processes that begin at once, the first one's key holds
            path.hardlink_to(own)
        own.unlink()
    return path.read_text(encoding="utf-8").strip()


def _read(path: Path) -> dict[str, Any]:
    known = {f.name for f in fields(Settings)}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path}: {error}") from error
    for key in values:
        if key not in known:
            raise BadSetting(f'{path}: unknown key "{key}"')
    return values


def _from_text(name: str, text: str, kind: str) -> Any:
    try:
        if kind == "int":
            return int(text)
        if kind == "bool":
            return {"1": True, "true": True, "0": False, "false": False}[text.lower()]
    except (ValueError, KeyError):
        raise BadSetting(f"{name}: {text!r} is not {kind}") from None
    return text

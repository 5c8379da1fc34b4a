"""`mutasi user` and `mutasi token`, as an administrator types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.operations import accounts, signing_in
from service.wiring import Services
from tests.asking import PASSWORD

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def mutasi(database_url: str, tmp_path: Path) -> Run:
    """The installed command on a fresh database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MUTASI_")}
    environment |= {"MUTASI_DATABASE_URL": database_url, "MUTASI_VAR_DIR": str(tmp_path)}

    def run(*arguments: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "service", *arguments],
            env=environment | more,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_the_first_administrator_is_made_here(mutasi: Run, services: Services) -> None:
    made = mutasi(
        *(
            "user",
            "create",
            "--username",
            "joko",
            "--name",
            "Joko",
            "--role",
            "administrator",
            "--password-stdin",
        ),
        typed=f"{PASSWORD}\n",
    )
    assert (made.returncode, made.stdout) == (0, "joko was made.\n"), made.stderr
    with services.reading() as action:
        account = accounts.named(action.session, "joko")
        assert accounts.actor_of(action, account).may("account.manage")
        assert accounts.verify(account, PASSWORD)


def test_an_account_is_all_or_nothing(mutasi: Run) -> None:
    command = ("user", "create", "--username", "mira", "--name", "Mira", "--password-stdin")
    weak = mutasi(*command, typed="pendek\n")
    assert (weak.returncode, weak.stderr) == (1, "mutasi: A password has 12 to 128 characters.\n")
    unknown = mutasi(*command, "--role", "raja", typed=f"{PASSWORD}\n")
    assert unknown.returncode == 1
    assert "There is no role raja" in unknown.stderr
    assert json.loads(mutasi("user", "list", "--json").stdout) == []


def test_roles_passwords_and_doors(mutasi: Run, services: Services) -> None:
    mutasi(
        "user", "create", "--username", "mira", "--name", "Mira", "--password-stdin", typed=f"{PASSWORD}\n"
    )
    assert mutasi("user", "grant", "mira", "analis_sdm").returncode == 0
    assert json.loads(mutasi("user", "list", "--json").stdout) == [
        {"username": "mira", "name": "Mira", "active": True, "roles": ["analis_sdm"]}
    ]
    assert mutasi("user", "revoke", "mira", "analis_sdm").returncode == 0
    assert mutasi("user", "revoke", "mira", "analis_sdm").returncode == 1
    assert (
        mutasi("user", "password", "mira", "--password-stdin", typed="empat belas burung nuri\n").returncode
        == 0
    )
    assert mutasi("user", "disable", "mira").returncode == 0
    assert "(disabled)" in mutasi("user", "list").stdout
    with services.reading() as action:
        account = accounts.named(action.session, "mira")
        assert (account.active, accounts.verify(account, "empat belas burung nuri")) == (False, True)
    assert mutasi("user", "disable", "entah").returncode == 1


def test_a_token_is_printed_once_and_revoked_by_its_beginning(mutasi: Run, services: Services) -> None:
    mutasi(
        "user", "create", "--username", "mira", "--name", "Mira", "--password-stdin", typed=f"{PASSWORD}\n"
    )
    made = mutasi("token", "create", "--user", "mira", "--name", "laporan", "--days", "30", "--json")
    token = json.loads(made.stdout)["token"]
    plain = mutasi("token", "create", "--user", "mira").stdout.strip()
    listed = mutasi("token", "list", "--json").stdout
    assert token not in listed
    assert [row["name"] for row in json.loads(listed)] == ["cli", "laporan"]
    with services.reading() as action:
        assert signing_in.by_token(action, token)
        assert signing_in.by_token(action, plain)
    assert mutasi("token", "revoke", token[:12]).returncode == 0
    assert mutasi("token", "revoke", token[:12]).returncode == 1
    with services.reading() as action:
        assert signing_in.by_token(action, token) is None
    assert mutasi("token", "create", "--user", "entah").returncode == 1


def test_what_is_wrong_is_one_line(mutasi: Run, tmp_path: Path) -> None:
    empty = mutasi("user", "list", MUTASI_DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3")
    assert (empty.returncode, "db upgrade" in empty.stderr, "Traceback" in empty.stderr) == (1, True, False)
    setting = mutasi("user", "list", MUTASI_PORT="abc")
    assert (setting.returncode, setting.stderr) == (2, "mutasi: MUTASI_PORT: 'abc' is not int\n")
    usage = mutasi("user", "create")
    assert (usage.returncode, "Traceback" in usage.stderr) == (2, False)

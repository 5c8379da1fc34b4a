"""Programs of the world's people, on a server with two small definitions."""

from __future__ import annotations

import pytest

from tests.api import building
from tests.asking import Asking, Program


@pytest.fixture
def ani(asking: Asking) -> Program:
    """The HR analyst's program; the definitions `surat` and `cabang` are deployed."""
    answer = building.deploy(asking.as_program("intan"))
    assert answer.status_code == 201, answer.text
    return asking.as_program("ani")


@pytest.fixture
def hadi(asking: Asking) -> Program:
    """The manager's program."""
    return asking.as_program("hadi")

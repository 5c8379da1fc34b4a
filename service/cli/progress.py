"""A bar of progress on stderr: on a terminal only, and after two seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def progress(unit: str, *, quiet: bool = False) -> Iterator[Callable[[int, int | None], None]]:
    """What is given is called with how many of how many are done; None where that is not known."""
    with tqdm(unit=f" {unit}", delay=2, disable=quiet or not sys.stderr.isatty(), leave=False) as bar:

        def show(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show

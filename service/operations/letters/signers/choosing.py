"""Which way to sign a letter has."""

from __future__ import annotations

from pathlib import Path

from service.operations.letters.signers import Signer
from service.operations.letters.signers.bsre import NationalService
from service.operations.letters.signers.local import LocalSigner
from service.settings import Settings


def signer_for(settings: Settings, mode: str) -> Signer | None:
    """The adapter of a letter's mode; None for letters that are signed on paper."""
    if mode == "test":
        return LocalSigner(Path(settings.var_dir, "signing"))
    if mode == "bsre":
        return NationalService(
            settings.bsre_url, settings.bsre_api, settings.bsre_user, settings.bsre_password
        )
    return None

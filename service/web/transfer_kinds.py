"""The kinds of transfer that the law knows, by their codes."""

from __future__ import annotations

from flask_babel import gettext

CODES = ("M1", "M2", "M2b", "M3", "M4", "M5", "M6", "M7")


def named() -> dict[str, str]:
    """Code -> its name, with the code."""
    return {
        "M1": gettext("M1 · within this government"),
        "M2": gettext("M2 · between regencies or cities of one province"),
        "M2b": gettext("M2b · between the province and a regency or city"),
        "M3": gettext("M3 · between provinces"),
        "M4": gettext("M4 · between region and centre"),
        "M5": gettext("M5 · between central agencies"),
        "M6": gettext("M6 · to a mission abroad"),
        "M7": gettext("M7 · at the employee's own request"),
    }

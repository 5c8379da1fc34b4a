"""FEEL's own functions (DMN 1.5, section 10.3.4), by kind."""

from __future__ import annotations

from service.engine.feel.builtins import contexts, conversion, dates, lists, numbers, ranges, texts
from service.engine.feel.registry import BUILTINS

__all__ = ["BUILTINS", "contexts", "conversion", "dates", "lists", "numbers", "ranges", "texts"]

"""Mutasi: a civil servant's transfer, from the need for it to the proof that it helped."""

__version__ = "0.1.0"

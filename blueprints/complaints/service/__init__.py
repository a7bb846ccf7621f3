"""Verbs on cases. Importing this package registers every effect with the engine."""

from __future__ import annotations

from blueprints.complaints.service.engine import Option, foreseen, options, perform
from blueprints.complaints.service.intake import Intake, register

from . import (
    accepting,
    answering,
    closing,
    consulting,
    complainants,
    deadlines,
    dispatching,
    handling,
    incidents,
    linking,
    outside,
    overlays,
    repeats,
    reviewing,
)

__all__ = [
    "Intake", "Option", "accepting", "answering", "closing", "complainants", "deadlines", "dispatching", "foreseen",
    "handling", "incidents", "linking", "options", "outside", "overlays", "perform", "register", "repeats", "reviewing",
]  # fmt: skip

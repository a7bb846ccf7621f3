"""Verbs on cases. Importing this package registers every effect with the engine."""

from __future__ import annotations

from blueprints.complaints.service.engine import Option, foreseen, options, perform
from blueprints.complaints.service.intake import Intake, register

from . import (
    accepting,
    answering,
    closing,
    complainants,
    consulting,
    deadlines,
    dispatching,
    handling,
    incidents,
    linking,
    outside,
    overlays,
    repeats,
    reviewing,
    transferring,
)

__all__ = [
    "Intake", "Option", "accepting", "answering", "closing", "complainants", "consulting", "deadlines",
    "dispatching", "foreseen", "handling", "incidents", "linking", "options", "outside", "overlays",
    "perform", "register", "repeats", "reviewing", "transferring",
]  # fmt: skip

"""Pages of complaint handling."""

from flask import Blueprint

blueprint = Blueprint("complaints", __name__)

from blueprints.complaints.routes import (  # noqa: E402
    acting,
    case,
    exporting,
    files,
    importing,
    intake,
    ledger,
    listing,
    rates,
    surges,
)

__all__ = [
    "acting",
    "blueprint",
    "case",
    "exporting",
    "files",
    "importing",
    "intake",
    "ledger",
    "listing",
    "rates",
    "surges",
]

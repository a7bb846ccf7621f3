"""Pages of complaint handling."""

from flask import Blueprint

blueprint = Blueprint("complaints", __name__)

from blueprints.complaints.routes import (  # noqa: E402
    acting,
    bulk,
    case,
    exporting,
    files,
    importing,
    intake,
    ledger,
    listing,
    outside,
    outside_types,
    papers,
    phrases,
    rates,
    saved,
    surges,
    transfers,
)

__all__ = [
    "acting",
    "blueprint",
    "bulk",
    "case",
    "exporting",
    "files",
    "importing",
    "intake",
    "ledger",
    "listing",
    "outside",
    "outside_types",
    "papers",
    "phrases",
    "rates",
    "saved",
    "surges",
    "transfers",
]

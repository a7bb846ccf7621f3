"""Pages of official notices."""

from flask import Blueprint

blueprint = Blueprint("notices", __name__)

from blueprints.notices.routes import (  # noqa: E402
    acting,
    batch,
    drafting,
    listing,
    mail_book,
    notice,
    paper,
    print_queue,
    seal_book,
    seals,
    serving,
    verifying,
    wording,
)

__all__ = [
    "acting",
    "batch",
    "blueprint",
    "drafting",
    "listing",
    "mail_book",
    "notice",
    "paper",
    "print_queue",
    "seal_book",
    "seals",
    "serving",
    "verifying",
    "wording",
]

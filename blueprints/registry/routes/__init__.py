"""Pages of the service register."""

from flask import Blueprint

blueprint = Blueprint("registry", __name__)

from blueprints.registry.routes import (  # noqa: E402
    areas,
    assisted,
    catalogue,
    hotlines,
    outlet_days,
    outlets,
    promises,
    requests,
    roster,
    staff,
    staff_records,
    staffing_import,
    visit_days,
    visit_steps,
    visits,
)

__all__ = [
    "areas",
    "assisted",
    "blueprint",
    "catalogue",
    "hotlines",
    "outlet_days",
    "outlets",
    "promises",
    "requests",
    "roster",
    "staff",
    "staff_records",
    "staffing_import",
    "visit_days",
    "visit_steps",
    "visits",
]

"""Pages of the service register."""

from flask import Blueprint

blueprint = Blueprint("registry", __name__)

from blueprints.registry.routes import (  # noqa: E402
    areas,
    catalogue,
    hotlines,
    outlet_days,
    outlets,
    promises,
    requests,
    staff,
    staff_records,
    staffing_import,
)

__all__ = [
    "areas",
    "blueprint",
    "catalogue",
    "hotlines",
    "outlet_days",
    "outlets",
    "promises",
    "requests",
    "staff",
    "staff_records",
    "staffing_import",
]

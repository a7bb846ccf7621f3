"""Pages of the service register."""

from flask import Blueprint

blueprint = Blueprint("registry", __name__)

from blueprints.registry.routes import (  # noqa: E402
    areas,
    outlet_days,
    outlets,
    staff,
    staff_records,
    staffing_import,
)

__all__ = ["areas", "blueprint", "outlet_days", "outlets", "staff", "staff_records", "staffing_import"]

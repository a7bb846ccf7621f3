"""Pages of the service register."""

from flask import Blueprint

blueprint = Blueprint("registry", __name__)

from blueprints.registry.routes import areas, outlet_days, outlets  # noqa: E402

__all__ = ["areas", "blueprint", "outlet_days", "outlets"]

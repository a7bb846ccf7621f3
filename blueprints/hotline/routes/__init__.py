"""Pages of emergencies and incidents."""

from flask import Blueprint

blueprint = Blueprint("hotline", __name__)

from blueprints.hotline.routes import (  # noqa: E402 - the routes of the blueprint
    emergencies,
    incident_calls,
    incident_updates,
    incidents,
)

__all__ = ["blueprint", "emergencies", "incident_calls", "incident_updates", "incidents"]

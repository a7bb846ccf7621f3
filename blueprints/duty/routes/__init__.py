"""Pages of the roster and of handing over."""

from flask import Blueprint

blueprint = Blueprint("duty", __name__)

from blueprints.duty.routes import handovers, leaving, shifts  # noqa: E402, F401

"""Pages of the roster and of handing over."""

from flask import Blueprint

blueprint = Blueprint("duty", __name__)

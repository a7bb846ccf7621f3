"""Pages of self-disclosure."""

from flask import Blueprint

blueprint = Blueprint("disclosure", __name__)

from blueprints.disclosure.routes import (  # noqa: E402, F401
    checking,
    comparing,
    duties,
    items,
    outputs,
    overview,
    publishing,
    versions,
)

"""Pages of self-disclosure."""

from flask import Blueprint

blueprint = Blueprint("disclosure", __name__)

from blueprints.disclosure.routes import (  # noqa: E402
    checking,
    comparing,
    duties,
    items,
    outputs,
    overview,
    publishing,
    versions,
)

__all__ = [
    "blueprint",
    "checking",
    "comparing",
    "duties",
    "items",
    "outputs",
    "overview",
    "publishing",
    "versions",
]

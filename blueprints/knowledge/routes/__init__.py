"""Pages of templates and scripts."""

from flask import Blueprint

blueprint = Blueprint("knowledge", __name__)

from blueprints.knowledge.routes import items, versions  # noqa: E402 - the routes of the blueprint

__all__ = ["blueprint", "items", "versions"]

"""Pages of templates and scripts."""

from flask import Blueprint

blueprint = Blueprint("knowledge", __name__)

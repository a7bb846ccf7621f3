"""Pages of the service register."""

from flask import Blueprint

blueprint = Blueprint("registry", __name__)

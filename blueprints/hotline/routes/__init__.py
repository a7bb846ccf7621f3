"""Pages of emergencies and incidents."""

from flask import Blueprint

blueprint = Blueprint("hotline", __name__)

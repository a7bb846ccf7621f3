"""Pages of self-disclosure."""

from flask import Blueprint

blueprint = Blueprint("disclosure", __name__)

"""Pages of inspection."""

from flask import Blueprint

blueprint = Blueprint("inspection", __name__)

from blueprints.inspection.routes import certificates, draws, sample_outputs, sampled, samples  # noqa: E402

__all__ = ["blueprint", "certificates", "draws", "sample_outputs", "sampled", "samples"]

"""Pages of inspection."""

from flask import Blueprint

blueprint = Blueprint("inspection", __name__)

from blueprints.inspection.routes import (  # noqa: E402
    certificates,
    checklist_files,
    checklist_items,
    checklists,
    draw_outputs,
    draws,
    plan_targets,
    plans,
    sample_outputs,
    sampled,
    samples,
)

__all__ = [
    "blueprint",
    "certificates",
    "checklist_files",
    "checklist_items",
    "checklists",
    "draw_outputs",
    "draws",
    "plan_targets",
    "plans",
    "sample_outputs",
    "sampled",
    "samples",
]

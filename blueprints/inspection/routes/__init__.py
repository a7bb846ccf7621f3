"""Pages of inspection."""

from flask import Blueprint

blueprint = Blueprint("inspection", __name__)

from blueprints.inspection.routes import (  # noqa: E402
    certificates,
    check_tablet,
    checklist_files,
    checklist_items,
    checklists,
    checks,
    draw_outputs,
    draws,
    finding_lists,
    finding_sources,
    findings,
    plan_targets,
    plans,
    rechecks,
    rectif_answers,
    rectif_drafts,
    rectifications,
    sample_outputs,
    sampled,
    samples,
    signing,
    sync,
    tablets,
)

__all__ = [
    "blueprint",
    "certificates",
    "check_tablet",
    "checklist_files",
    "checklist_items",
    "checklists",
    "checks",
    "draw_outputs",
    "draws",
    "finding_lists",
    "finding_sources",
    "findings",
    "plan_targets",
    "plans",
    "rechecks",
    "rectif_answers",
    "rectif_drafts",
    "rectifications",
    "sample_outputs",
    "sampled",
    "samples",
    "signing",
    "sync",
    "tablets",
]

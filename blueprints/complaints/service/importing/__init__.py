"""Taking in spreadsheets of a hotline: understand, foresee, carry out; mend what was rejected."""

from __future__ import annotations

from blueprints.complaints.service.importing.batch import (
    OnError,
    Outcome,
    Understood,
    carry_out,
    foresee,
    understand,
)
from blueprints.complaints.service.importing.drafts import Problem
from blueprints.complaints.service.importing.rejects import write_rejects

__all__ = [
    "OnError",
    "Outcome",
    "Problem",
    "Understood",
    "carry_out",
    "foresee",
    "understand",
    "write_rejects",
]

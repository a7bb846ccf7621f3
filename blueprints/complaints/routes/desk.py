"""What the routes of cases share: who is signed in, the case or 404, refusals in their place."""

from __future__ import annotations

from typing import Any

from flask import abort

from blueprints.accounts.sessions import me
from blueprints.complaints import queries_case
from blueprints.complaints.models import Case
from blueprints.complaints.queries_case import CaseFile
from domain.errors import InvalidInput, RuleViolation

CASE = "/cases/<int(max=2147483647):case_id>"


def case_or_404(case_id: int) -> Case:
    """A visible case; a foreign one does not exist."""
    return file_or_404(case_id).case


def file_or_404(case_id: int) -> CaseFile:
    """A visible case with all that its page shows."""
    found = queries_case.case_file(case_id, me())
    if found is None:
        abort(404)
    return found


def show_refusal(form: Any, refusal: InvalidInput | RuleViolation) -> int:
    """Put a refusal where it belongs in the form; returns the status to answer with.

    A RuleViolation is shown above the form with its clause, so only its status is given.
    """
    if isinstance(refusal, RuleViolation):
        return 409
    if refusal.field and refusal.field in form:
        form[refusal.field].errors = [*form[refusal.field].errors, refusal.message]
    else:
        form.form_errors.append(refusal.message)
    return 422

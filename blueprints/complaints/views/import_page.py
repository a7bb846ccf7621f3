"""What the pages of an import show: plain data that can wait on the server between two steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import ImportMapping
from blueprints.complaints.service.importing import Outcome, Problem, Understood
from blueprints.complaints.service.importing.drafts import Draft
from blueprints.complaints.spreadsheets.columns import EXTRA, LABELS, choices
from blueprints.complaints.views.words import Words, words_for
from core.clock import to_local
from core.privacy import mask_name, mask_phone

SHOWN_ROWS, SHOWN_PROBLEMS, SHOWN_NUMBERS = 8, 100, 30


def summary(found: Understood, outcome: Outcome | None, by: User) -> dict[str, Any]:
    """A file as it was understood: counts, columns, first rows; without an outcome columns are missing."""
    words = words_for(by)
    return {
        "sheet": found.sheet,
        "line": found.line,
        "rows": found.rows,
        "timed": "received" in found.columns.places,
        "missing": found.columns.missing,
        "columns": _columns(found),
        "unknown": [found.columns.names[place] for place in found.columns.unknown],
        "known": len(found.columns.names) - len(found.columns.unknown),
        "drafts": [_draft(draft, words) for draft in found.drafts[:SHOWN_ROWS]],
        "counts": counts(outcome) if outcome else None,
        "problems": [problem_row(p) for p in outcome.refused] if outcome else [],
    }


def counts(outcome: Outcome) -> dict[str, Any]:
    """The figures of an outcome, and the numbers that were already there."""
    return {
        "rows": outcome.rows,
        "imported": outcome.imported,
        "redispatched": outcome.redispatched,
        "duplicates": len(outcome.duplicates),
        "conflicts": len(outcome.conflicts),
        "rejected": len({problem.line for problem in outcome.rejected}),
        "blocked": outcome.blocked,
        "units": [{"name": name, "count": count} for name, count in outcome.units.items()],
        "numbers": outcome.duplicates[:SHOWN_NUMBERS],
    }


def _columns(found: Understood) -> list[dict[str, Any]]:
    """Unknown columns first: each with its name and what it is taken for."""
    rows = [
        {
            "place": place,
            "name": name,
            "field": found.columns.field_of(place) or EXTRA,
            "unknown": place in found.columns.unknown,
            "sample": found.samples.get(place, ""),
        }
        for place, name in enumerate(found.columns.names)
    ]
    return sorted(rows, key=lambda row: not row["unknown"])


def _draft(draft: Draft, words: Words) -> dict[str, Any]:
    intake = draft.intake
    person = intake.people[0] if intake.people else None
    return {
        "line": draft.line,
        "number": draft.number,
        "title": intake.title,
        "content": intake.content[:80],
        "type": words.types.get(intake.type, intake.type),
        "category": words.categories.get(intake.category, intake.category),
        "enterprise": intake.enterprise.short_name or intake.enterprise.name,
        "received": f"{to_local(intake.received_at):%Y-%m-%d %H:%M}",
        "person": mask_name(person.name) if person else "匿名",
        "phone": mask_phone(person.phone) if person and person.phone else "",
        "urgent": intake.urgent,
    }


def problem_row(problem: Problem) -> list[Any]:
    """Line, column, message."""
    return [problem.line, problem.column, problem.message]


def page(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a page shows of the stored facts: the first problems, and how many there are beyond."""
    problems = facts.get("problems", [])
    return {
        "problems": problems[:SHOWN_PROBLEMS],
        "more_problems": max(0, len(problems) - SHOWN_PROBLEMS),
        "choices": choices(),
        "labels": LABELS,
    }


def mapping_rows(rows: list[ImportMapping]) -> list[dict[str, Any]]:
    """Remembered mappings: name and what they say."""
    known = dict(choices())
    return [
        {
            "id": row.id,
            "name": row.name,
            "words": "，".join(f"{head} → {known.get(field, field)}" for head, field in row.columns.items()),
        }
        for row in rows
    ]


def own_hint(receiver: Organization) -> str:
    """Whose cases the file may hold."""
    if receiver.is_regulator:
        return "按“承办单位”等列认定被诉单位；没有写的，内容只涉及一家监管单位时按内容认定。"
    return "只能导入本单位的工单；“承办单位”写着别家的行会退回。"

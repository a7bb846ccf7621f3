"""Limits in hours on the roster's terms: where the own setting says so, only hours on duty count.

Only the acceptance limit that an organization has set itself; a limit of law or of the rule never changes.
"""

from __future__ import annotations

from datetime import datetime

from blueprints.duty.queries import spans_after
from core import clocks
from core.clocks import Limit, Reckoning
from domain.deadlines import Unit
from domain.rulesets import Ruleset
from domain.workdays import Calendar

SETTING, ON_DUTY = "acceptance_hours_count", "duty"


def counts_duty_hours(limit: Limit, ruleset: Ruleset) -> bool:
    """Whether only hours inside shifts count for this limit."""
    if (limit.obligation, limit.unit, limit.source) != ("acceptance", Unit.HOUR, "local"):
        return False
    return any(row.key == SETTING and row.value == ON_DUTY for row in ruleset.settings)


def reckoned(
    limit: Limit, since: datetime, calendar: Calendar, ruleset: Ruleset, organization_id: int
) -> Reckoning:
    """When the limit runs out for the organization that received the case: in duty hours where the setting
    asks for them and shifts are published, else as any limit."""
    if counts_duty_hours(limit, ruleset):
        spans = spans_after(organization_id, since)
        if spans:
            return clocks.reckon_on_duty(limit.amount, since, spans)
    return clocks.reckon(limit.amount, limit.unit, since, calendar)

"""What accounts tell those above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from blueprints.accounts.models import Organization
from core.audit import Actor


@dataclass(frozen=True)
class OrganizationChanged:
    """An organization was changed; `fields` names what differs."""

    organization: Organization
    fields: frozenset[str]
    by: Actor
    now: datetime

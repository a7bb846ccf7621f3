"""What cases know of incidents (停供事件), which the hotline keeps above: asked and told by events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from blueprints.accounts.models import User
from blueprints.complaints.models import Case
from core.events import publish


@dataclass(frozen=True)
class OpenIncident:
    """One that calls can be attached to, as the intake screen and forms show it. `estimate`: in words."""

    id: int
    number: str
    title: str
    enterprise_id: int
    where: str
    estimate: str
    script: str
    url: str


@dataclass(frozen=True)
class IncidentsWanted:
    """Published to learn which incidents are open for these enterprises; `found` is filled."""

    enterprise_ids: Sequence[int]
    found: list[OpenIncident] = field(default_factory=list)


@dataclass
class CaseAttached:
    """A case becomes a call of an incident; whoever keeps it says its `number`, or nothing. `told`: the
    caller has just heard the script."""

    case: Case
    incident_id: int
    by: User
    now: datetime
    told: bool = False
    number: str = ""


@dataclass(frozen=True)
class CaseDetached:
    """A case is no longer a call of the incident that `case.incident_id` names."""

    case: Case
    by: User
    now: datetime


def open_incidents(enterprise_ids: Sequence[int]) -> list[OpenIncident]:
    """Incidents of these enterprises that calls can be attached to, the newest first."""
    wanted = IncidentsWanted(enterprise_ids)
    if enterprise_ids:
        publish(wanted)
    return wanted.found

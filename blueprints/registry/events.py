"""What the service register tells those above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from core.audit import Actor

TOPICS = {
    "outlets": "服务网点",
    "hours": "营业时间",
    "hotlines": "服务电话",
    "catalogue": "业务办理（流程、条件、时限）",
    "fees": "收费项目和标准",
    "systems": "管理制度",
    "commitments": "服务承诺",
}


@dataclass(frozen=True)
class RegistryChanged:
    """Something that citizens are told has changed; `topic` is one of TOPICS, `what` a short sentence.

    `since` is the day of the change (the day from which 20 workdays are counted).
    """

    organization_id: int
    topic: str
    what: str
    since: date
    by: Actor
    now: datetime

"""Paper of the invented district: the register of what may be cited, the mail book, uses of the seal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from blueprints.accounts.models import User
from blueprints.home.demo.people import Cast
from blueprints.notices.service import books
from blueprints.rulebook.service.legal_register import load_sources
from core import audit
from core.clock import local_date

PAPERS: tuple[tuple[int, str, str, str, str, str, str], ...] = (
    (40, "in", "示例市政府办公室", "示府办〔2026〕18号", "关于做好冬季保供的通知", "exchange", "已转企业"),
    (26, "in", "示例燃气公司", "示燃〔2026〕31号", "关于报送计划停气安排的函", "mail", "已备案"),
    (12, "out", "示例供电公司", "", "关于商请核实供电可靠性数据的函", "post", ""),
    (3, "in", "示例街道办事处", "", "居民反映供气压力不足的来信", "courier", ""),
)  # fmt: skip
SEALS = (
    (39, "供电供气保障工作方案", 6),
    (12, "关于商请核实供电可靠性数据的函", 2),
    (11, "检查人员介绍信", 2),
)


def keep_papers(cast: Cast, now: datetime) -> None:
    """What may be cited; then the books of the regulator of power and gas, one entry put right by another."""
    load_sources(by=audit.SYSTEM, now=now)
    clerk, leader = cast.user("jxw-clerk"), cast.user("jxw-leader")
    for days, direction, correspondent, number, subject, way, result in PAPERS:
        at = now - timedelta(days=days)
        books.record_mail(
            {
                "direction": direction, "day": local_date(at), "correspondent": correspondent,
                "their_number": number, "subject": subject, "copies": 1, "way": way, "handler": clerk.name,
                "result": result,
            },
            by=clerk, now=at,
        )  # fmt: skip
    for days, subject, copies in SEALS:
        at = now - timedelta(days=days)
        use = books.record_seal_use(_seal(subject, copies, at, clerk, leader), by=clerk, now=at)
    again = _seal(use.subject, 1, at, clerk, leader) | {"remark": "份数写成了两份，实际一份"}
    books.record_seal_use(again, by=clerk, now=at + timedelta(hours=1), corrects=use)


def _seal(subject: str, copies: int, at: datetime, clerk: User, leader: User) -> dict[str, Any]:
    return {
        "subject": subject, "copies": copies, "used_on": local_date(at), "approved_by": leader.name,
        "asked_by": clerk.name, "remark": "",
    }  # fmt: skip

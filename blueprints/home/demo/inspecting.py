"""Draws of the invented regulator: one done with two witnesses, one void, one waiting for a public value."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from blueprints.home.demo.people import Cast
from blueprints.inspection.models import Draw
from blueprints.inspection.service import certificates, drawing
from core import clock

WITNESSES = (("示例纪检人员", "271828", "AB12CD34"), ("示例企业代表", "314159", "EF56AB78"))
PURPOSE = "按照年度监督检查计划，抽查服务网点的营业、公示和人员持证情况。"


def draw_lots(cast: Cast, now: datetime) -> Draw:
    """Certificates of three people, then the draws, each at its moment; returns the one that is done."""
    by, organization = cast.user("jxw-inspector"), cast.organizations["jxw"]
    begun = now - timedelta(days=40)
    people = [cast.user(f"jxw-{name}") for name in ("inspector", "supervisor", "clerk")]
    for number, person in enumerate(people, start=1):
        term = (date(begun.year - 1, 1, 1), date(begun.year + 2, 12, 31))
        certificates.add(person, f"示执{number:05d}", *term, by=by, now=begun)
    ids = tuple(person.id for person in people)

    def plan(title: str, **facts: object) -> drawing.Plan:
        quotas = {"示例燃气公司": 1, "示例供电公司": 1}
        shared = {"title": title, "purpose": PURPOSE, "kind": "outlet", "quotas": quotas, "inspectors": ids}
        return drawing.Plan(**(shared | facts))  # type: ignore[arg-type]

    done = drawing.create(organization, plan("第四季度网点抽查"), by=by, now=begun)
    _witness(done, cast, begun)
    drawing.freeze(done, by=by, now=begun + timedelta(hours=1))
    secrets = {name: (number, code) for name, number, code in WITNESSES}
    drawing.open_draw(done, secrets, "", by=by, now=begun + timedelta(hours=2))
    void = drawing.create(organization, plan("节前供气安全抽查"), by=by, now=begun + timedelta(days=9))
    _witness(void, cast, begun + timedelta(days=9))
    drawing.freeze(void, by=by, now=begun + timedelta(days=9, hours=1))
    drawing.void(void, "名单漏列了新设的代办点，重新抽取", by=by, now=begun + timedelta(days=9, hours=2))
    later = {"source": "public", "source_name": "双色球第2026999期开奖号码",
             "source_on": clock.local_date(now) + timedelta(days=3)}  # fmt: skip
    waiting = drawing.create(organization, plan("年末服务抽查", **later), by=by, now=now - timedelta(hours=3))
    drawing.freeze(waiting, by=by, now=now - timedelta(hours=2))
    return done


def _witness(row: Draw, cast: Cast, moment: datetime) -> None:
    by = cast.user("jxw-inspector")
    for name, number, code in WITNESSES:
        drawing.commit_witness(row, name, number, code, by=by, now=moment + timedelta(minutes=10))

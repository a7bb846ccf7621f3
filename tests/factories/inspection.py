"""Draws of the regulator, through the services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from blueprints.accounts.models import User
from blueprints.inspection.models import Draw
from blueprints.inspection.service import certificates, drawing
from core import clock
from core.db import db, transaction
from tests.factories.world import World

LINES = tuple(f"供气|G{n:02d}" for n in range(1, 6)) + tuple(f"供电|D{n:02d}" for n in range(1, 4))
SECRETS = {"示例见证人甲": ("271828", "AB12CD34"), "示例见证人乙": ("314159", "EF56AB78")}


class Lot:
    """A regulator's draw from its draft to its result; `by` acts."""

    def __init__(self, login: str = "jxw-inspector") -> None:
        self.world, self.login = World(), login

    @property
    def by(self) -> User:
        """Who organizes the draw."""
        return self.world.user(self.login)

    def certified(self, *logins: str) -> list[int]:
        """Certificates of (three) people of the regulator; their ids."""
        ids = []
        for number, login in enumerate(logins or ("jxw-inspector", "jxw-supervisor", "jxw-clerk"), start=1):
            person_id, by_id = self.world.user(login).id, self.by.id
            with transaction() as session:
                person, by = session.get_one(User, person_id), session.get_one(User, by_id)
                certificates.add(
                    person, f"示执0000{number}", date(2025, 1, 1), date(2027, 12, 31), by=by, now=clock.now()
                )
            ids.append(person_id)
        return ids

    def plan(self, **changed: Any) -> drawing.Plan:
        """Two of gas and one of power, two inspectors each."""
        facts: dict[str, Any] = {
            "title": "第四季度服务检查", "purpose": "按年度计划抽查服务网点", "kind": "list", "lines": LINES,
            "quotas": {"供气": 2, "供电": 1}, "exclusions": {"供气|G01": "本年已综合查过一次"},
        }  # fmt: skip
        return drawing.Plan(**(facts | changed))

    def draft(self, **changed: Any) -> int:
        """Id of a new draft."""
        if "inspectors" not in changed:
            changed["inspectors"] = tuple(self.certified())
        by_id = self.by.id
        with transaction() as session:
            by = session.get_one(User, by_id)
            assert by.organization is not None
            return drawing.create(by.organization, self.plan(**changed), by=by, now=clock.now()).id

    def row(self, draw_id: int) -> Draw:
        """A draw as it is stored now."""
        self.world.fresh()
        return db.session.get_one(Draw, draw_id)

    def witnessed(self, **changed: Any) -> int:
        """Id of a draft with both witnesses."""
        draw_id, by = self.draft(**changed), self.by
        for name, (number, code) in SECRETS.items():
            with transaction():
                drawing.commit_witness(self.row(draw_id), name, number, code, by=by, now=clock.now())
        return draw_id

    def frozen(self, **changed: Any) -> int:
        """Id of a draw whose digest and commitments are public."""
        public = changed.get("source") == "public"
        draw_id, by = self.draft(**changed) if public else self.witnessed(**changed), self.by
        with transaction():
            drawing.freeze(self.row(draw_id), by=by, now=clock.now())
        return draw_id

    def drawn(self, **changed: Any) -> int:
        """Id of a draw that is done."""
        draw_id, by = self.frozen(**changed), self.by
        later = clock.now() + timedelta(minutes=30)
        with transaction():
            drawing.open_draw(self.row(draw_id), SECRETS, "", by=by, now=later)
        return draw_id


def fill_inspection() -> dict[str, int | str]:
    """Draws of the regulator of the gas company in every state, by the names that routes use."""
    lot = Lot()
    done = lot.drawn()
    people = tuple(int(key[1:]) for key in lot.row(done).plan["inspectors"])
    number = lot.row(done).number or ""
    return {
        "draw_id": done, "draft_draw": lot.draft(inspectors=people), "frozen_draw": lot.frozen(inspectors=people),
        "ready_draft": lot.witnessed(inspectors=people), "draw_number": number, "draw_file": number,
    }  # fmt: skip

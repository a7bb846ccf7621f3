"""Staff as a file: the columns of the import, so that an export can be changed and sent in again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from blueprints.accounts.models import User
from blueprints.registry.models import Certificate, Staff
from blueprints.registry.queries.staff import POSTS
from blueprints.registry.views.staff_pages import end_cell, phone_for

HEADERS = (
    "姓名", "工号", "岗位", "班组", "网点", "电话", "制服发放日期", "证书名称", "证书编号", "发证单位",
    "有效期起", "有效期止", "上岗证状态", "单位",
)  # fmt: skip


def _longest(person: Staff) -> Certificate | None:
    held = [row for row in person.certificates if row.revoked_on is None]
    return max(held, key=lambda row: row.valid_until, default=None)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def export_rows(people: Iterable[Staff], by: User, today: date) -> Iterator[list[str]]:
    """A row a person, with the certificate that lasts longest."""
    for person in people:
        row = _longest(person)
        held = ["", "", "", "", ""]
        if row is not None:
            held = [row.name, row.number, row.issuer, _day(row.valid_from), _day(row.valid_until)]
        yield [
            person.name, person.badge, POSTS.get(person.post, person.post), person.team,
            person.outlet.name if person.outlet else "", phone_for(person, by), _day(person.uniform_on),
            *held, str(end_cell(person, today)["text"]), person.organization.name,
        ]  # fmt: skip

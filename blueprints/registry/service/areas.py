"""Lists of streets and towns, from which supply areas are put together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.registry.models import ServiceArea
from blueprints.registry.service.keeping import log
from core.db import db
from domain.errors import InvalidInput

LONGEST_NAME = 64
MOST_AREAS = 2000


def add_areas(district: str, lines: str, *, by: User, now: datetime) -> int:
    """Add streets, one a line, `name` or `name,code`; known names are left alone. Returns how many are new.

    Errors: InvalidInput naming the line that cannot be used; nothing is stored then.
    """
    known = set(db.session.scalars(select(ServiceArea.name).where(ServiceArea.district == district)))
    made: list[ServiceArea] = []
    for number, line in enumerate(lines.splitlines(), start=1):
        name, _, code = line.replace("，", ",").partition(",")
        name, code = name.strip(), code.strip()
        if not name:
            continue
        if len(name) > LONGEST_NAME or len(code) > 16:
            raise InvalidInput(f"第 {number} 行：名称最多 {LONGEST_NAME} 个字，代码最多 16 位。", "names")
        if name not in known:
            known.add(name)
            made.append(ServiceArea(district=district, name=name, code=code))
    if len(made) > MOST_AREAS:
        raise InvalidInput(f"一次最多添加 {MOST_AREAS} 个。", "names")
    db.session.add_all(made)
    db.session.flush()
    if made:
        log("areas", made[0], district, {"names": [None, [row.name for row in made]]}, by=by, now=now)
    return len(made)

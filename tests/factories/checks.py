"""On-site checks, through the services and through what a tablet sends."""

from __future__ import annotations

import hashlib
import io
import secrets
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.inspection.models import InspectorCertificate, SiteCheck, Tablet
from blueprints.inspection.service import checking, entries, signing
from core import clock
from core.db import db, transaction
from domain.check_facts import clean
from domain.checklists import CheckItem, Checklist, Shown
from domain.merging import Entry, entry_digest
from domain.score_rules import Banded, Bonus, Gate, Options, PerOccurrence, Positive, Range
from tests.factories.plans import Planned
from tests.factories.world import World

TEAM = ("jxw-inspector", "jxw-supervisor")
CONTENT = Checklist(
    {"A": "服务网点", "B": "员工和热线"},
    (
        CheckItem("S01", "A", "标志统一明显，交通便利", PerOccurrence({"标志不明显": Decimal(1), "不统一": Decimal("0.5")}, ("没有标志",)), Decimal(3),
                  how="看门头和指引牌", basis="制度三（一）2", clause="F3.1.2", evidence={"photo": "deviation"}),
        CheckItem("S02", "A", "柜台整洁安全", Range(Decimal(1), Decimal(3)), Decimal(4), how="看台面、插座、灭火器", basis="制度三（一）2", repeat="柜台"),
        CheckItem("S03", "A", "公示栏齐全", Options({"齐全": Decimal(4), "缺项": Decimal(2), "没有": Decimal(0)}), Decimal(4), basis="制度三（三）4"),
        CheckItem("P01", "B", "热线接通率", Banded(((Decimal(95), Decimal(4)), (Decimal(90), Decimal(2)))), Decimal(4), method="call", basis="制度三（四）",
                  evidence={"number": "always"}),
        CheckItem("P02", "B", "便民措施", Positive({"座位": Decimal(1), "老花镜": Decimal("0.5")}), Decimal(2), basis="制度三（二）"),
        CheckItem("P03", "B", "创新服务", Bonus({"一项": Decimal(1)}, Decimal(2)), Decimal(0), basis="本单位"),
        CheckItem("G01", "B", "没有强制收费", Gate(), Decimal(0), basis="条例26", shown=Shown("S01", "ok")),
    ),
)  # fmt: skip
ANSWERS: dict[str, Any] = {
    "S01": {"value": {}}, "S02": {"value": {"deduction": "1.5", "reason": "台面堆放杂物"}}, "S03": {"value": "齐全"},
    "P01": {"value": "96.5", "number": "20次接通"}, "P02": {"value": {"座位": 1, "老花镜": 1}}, "P03": {"value": {}},
    "G01": {"value": True},
}  # fmt: skip
VISIT: dict[str, Any] = {
    "@arrived": {"value": "2026-10-12T09:05"}, "@certificates_shown": {"value": "2026-10-12T09:06"},
    "@rights_told": {"value": "2026-10-12T09:07"}, "@outcome": {"value": "done"},
    "@present": {"value": {"name": "示例负责人", "post": "营业厅主任", "phone": "023-00000001"}},
    "@statement": {"value": "台面当天整理，没有异议。"}, "@ended": {"value": "2026-10-12T10:40"},
}  # fmt: skip


def picture(kind: str = "JPEG", size: tuple[int, int] = (320, 240), ink: str = "#204080") -> bytes:
    """A photo (or signature) with something on it; each is different."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        points = [(secrets.randbelow(size[0]), secrets.randbelow(size[1])) for _ in range(2)]
        draw.line(points, fill=ink, width=4)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


class Inspected:
    """A check from the plan to the signed record; `login` acts."""

    def __init__(self, login: str = TEAM[0]) -> None:
        self.world, self.login = World(), login

    def row(self, check_id: int) -> SiteCheck:
        """A check as it is stored now."""
        self.world.fresh()
        return db.session.get_one(SiteCheck, check_id)

    def do(self, act: Any, check_id: int, *given: Any, login: str | None = None, **more: Any) -> Any:
        """A verb of a service on a check, in a transaction of its own."""
        by_id = self.world.user(login or self.login).id
        self.world.fresh()  # a transaction that begins with a read cannot write beside another one
        with transaction() as session:
            check, by = session.get_one(SiteCheck, check_id), session.get_one(User, by_id)
            return act(check, *given, by=by, now=clock.now(), **more)

    def target(self, content: Checklist | None = CONTENT) -> int:
        """Id of a target that may be checked, of an urgent plan: those are not counted for the year."""
        planned = Planned()
        known = db.session.scalars(select(InspectorCertificate.user_id).order_by(InspectorCertificate.id))
        people = list(known) or planned.certified()
        plan_id = planned.draft(content, urgent=True, urgent_reason="接到多起投诉")
        target_id = planned.targeted(plan_id, people[:2])
        planned.approved(plan_id)
        return target_id

    def opened(self, content: Checklist | None = CONTENT, target_id: int | None = None) -> int:
        """Id of a check that has begun; nobody has declared anything yet."""
        target = target_id or self.target(content)
        by_id = self.world.user(self.login).id
        with transaction() as session:
            by = session.get_one(User, by_id)
            return checking.open_check(Planned().target(target), by=by, now=clock.now()).id

    def declared(self, content: Checklist | None = CONTENT, target_id: int | None = None) -> int:
        """Id of a check in which both inspectors may answer."""
        check_id = self.opened(content, target_id)
        for login in TEAM:
            self.do(checking.declare, check_id, "", login=login)
        return check_id

    def answer(self, check_id: int, item: str, data: Any, login: str | None = None, **more: Any) -> str:
        """Answer one item as a form does; returns the entry's id."""
        return str(self.do(entries.record, check_id, item=item, data=data, login=login, **more).client_id)

    def photo(self, check_id: int, item: str, login: str | None = None) -> int:
        """Id of a photo of an item."""
        shot = entries.Shot(secrets.token_hex(16), item, "", "照片.jpg", "", entries.written(clock.now()), picture())
        return int(self.do(entries.keep_photo, check_id, shot, CONTENT, tablet=None, login=login).id)

    def complete(self, check_id: int | None = None) -> int:
        """Id of a check that can be signed."""
        check_id = check_id or self.declared()
        for item, data in (VISIT | ANSWERS).items():
            self.answer(check_id, item, data)
        self.photo(check_id, "S02")
        return check_id

    def signing(self, check_id: int | None = None) -> int:
        """Id of a check whose content is frozen."""
        check_id = self.complete(check_id)
        self.do(signing.begin, check_id)
        return check_id

    def signed(self, check_id: int | None = None) -> int:
        """Id of a check that everybody has signed."""
        check_id = self.signing(check_id)
        for login in TEAM:
            self.do(signing.sign, check_id, picture("PNG", (300, 100)), login=login)
        given = signing.Signing("示例负责人", "营业厅主任", picture("PNG", (300, 100)))
        self.do(signing.sign_for_enterprise, check_id, given)
        return check_id


class Device:
    """A tablet in somebody's hands, as its scripts talk to the server."""

    def __init__(self, check_id: int, login: str = TEAM[0], key: str = "") -> None:
        self.check_id, self.world = check_id, World()
        self.client, self.user = self.world.client(login), self.world.user(login).id
        self.key = key or secrets.token_hex(16)
        self.token = self.client.token()

    def entry(self, item: str, data: Any, base: str = "", **more: Any) -> dict[str, Any]:
        """An entry as the scripts write it."""
        return {
            "client_id": secrets.token_hex(16), "item": item, "instance": "", "data": data, "base": base,
            "resolves": [], "at": entries.written(clock.now()),
        } | more  # fmt: skip

    def send(self, *rows: Any, **more: Any) -> Any:
        """Post a batch; returns the answer."""
        device = {"key": self.key, "label": "示例平板", "time": entries.written(clock.now())}
        body = {"user": self.user, "device": device, "since": 0, "waiting": 0, "entries": list(rows)} | more
        headers = {"X-CSRFToken": self.token}
        return self.client.post(f"/checks/{self.check_id}/entries", json=body, headers=headers)

    def send_photo(self, data: bytes, item: str = "S01", **more: Any) -> Any:
        """Post a photo; returns the answer."""
        form = {
            "client_id": secrets.token_hex(16), "item": item, "instance": "", "at": entries.written(clock.now()),
            "sha256": hashlib.sha256(data).hexdigest(), "user": str(self.user), "key": self.key, "label": "示例平板",
            "time": entries.written(clock.now()),
        } | more  # fmt: skip
        upload = {"photo": (io.BytesIO(data), "photo.jpg")}
        headers = {"X-CSRFToken": self.token}
        return self.client.post(f"/checks/{self.check_id}/photos", data=form | upload, headers=headers)

    def data(self) -> Any:
        """Get everything."""
        return self.client.get(f"/checks/{self.check_id}/data.json?tablet={self.key}")

    def digest(self, row: dict[str, Any]) -> str:
        """The digest that the scripts compute of an entry."""
        data = clean(CONTENT, row["item"], row["instance"], row["data"])
        told = Entry(row["client_id"], row["item"], row["instance"], data, row["base"], tuple(row["resolves"]))
        return entry_digest(self.check_id, told, row["at"])


def fill_checks() -> dict[str, int | str]:
    """Checks of the regulator in every state, by the names that routes use."""
    one = Inspected()
    open_id = one.declared()
    one.answer(open_id, "S01", ANSWERS["S01"])
    one.photo(open_id, "S01")
    device = Device(open_id)
    assert device.send().status_code == 200
    signed = one.signed()
    row = one.row(signed)
    tablet = db.session.scalars(select(Tablet)).one()
    return {
        "site_check_id": open_id, "open_check": open_id, "signed_check": signed, "signing_check": one.signing(), "item_code": "S01",
        "check_photo_id": row.photos[0].id, "signature_id": row.signatures[0].id, "tablet_id": tablet.id,
    }  # fmt: skip

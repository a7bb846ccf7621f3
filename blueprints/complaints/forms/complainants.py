"""Forms about the people of a case: who they are, what is passed on, what is not handled once more."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from blueprints.complaints.forms.base import ActionForm, Desk, Spot, Spots
from blueprints.complaints.forms.fields import int_or_none, select, ways, yes_no
from blueprints.complaints.forms.intake import PHONE
from blueprints.complaints.forms.receiving import DecisionForm
from blueprints.complaints.people import heads, present
from blueprints.complaints.queries_repeats import repeats_of
from blueprints.complaints.service.complainants import MOST_PEOPLE
from blueprints.complaints.service.intake import Person
from core.files import MAX_BYTES
from core.forms import CheckboxListField, LocalDateTimeField, select_choices
from core.privacy import mask_name, mask_phone
from core.spreadsheets import cells
from core.spreadsheets.cells import Cell
from core.spreadsheets.reading import Naming, opened
from domain.errors import InvalidInput

COLUMNS = {
    "name": ("姓名", "称呼", "名字"),
    "phone": ("电话", "手机", "联系电话", "手机号"),
    "account_number": ("户号", "用户编号", "编号"),
    "address": ("地址", "住址", "联系地址"),
}
LIST_HELP = f"xlsx 或 csv，第一行写列名：姓名、电话、户号、地址；不超过 {MOST_PEOPLE} 人。"
LENGTHS = {"name": 64, "phone": 32, "account_number": 32, "address": 200}
Named = dict[str, int]


def _of(values: dict[str, str], line: int) -> Person:
    """One person of a list. Errors: InvalidInput naming the line."""
    if not values.get("name") and not values.get("phone"):
        raise InvalidInput(f"第 {line} 行没有姓名，也没有电话。", "added")
    if values.get("phone") and not PHONE.fullmatch(values["phone"]):
        raise InvalidInput(f"第 {line} 行的电话不对：只能写数字、加号、横线和括号。", "added")
    for name, text in values.items():
        if len(text) > LENGTHS[name]:
            raise InvalidInput(f"第 {line} 行的{COLUMNS[name][0]}太长。", "added")
    return Person(
        values.get("name", ""), values.get("phone", ""), values.get("address", ""),
        values.get("account_number", ""), representative=False,
    )  # fmt: skip


def people_in(text: str) -> list[Person]:
    """姓名，电话，户号，地址, one a line; all but the name may be left out. Errors: InvalidInput."""
    found = []
    for line, row in enumerate(text.splitlines(), start=1):
        parts = [part.strip() for part in re.split(r"[,，\t;；]", row, maxsplit=3)]
        if any(parts):
            found.append(_of(dict(zip(COLUMNS, parts, strict=False)), line))
    return _counted(found)


def _counted(found: list[Person]) -> list[Person]:
    if len(found) > MOST_PEOPLE:
        raise InvalidInput(f"名单超过 {MOST_PEOPLE} 人，请只登记代表，其余写在人数里。", "added")
    return found


def _recognise(header: Sequence[Cell]) -> Named:
    named: Named = {}
    for place, cell in enumerate(header):
        for name, words in COLUMNS.items():
            if cells.line(cell) in words:
                named.setdefault(name, place)
    return named


NAMING: Naming[Named] = Naming(lambda header: len(_recognise(header)), _recognise, "“姓名”“电话”")


def people_of_file(data: bytes) -> list[Person]:
    """The people of an xlsx or csv with named columns. Errors: InvalidInput."""
    with tempfile.NamedTemporaryFile(suffix=".list") as file:
        file.write(data)
        file.flush()
        with opened(Path(file.name), NAMING) as table:
            found = []
            for line, row in table.rows:
                values = {n: cells.text(row[i]) for n, i in table.columns.items() if i < len(row)}
                found.append(_of(values, line))
                if len(found) > MOST_PEOPLE:
                    break
    if not found:
        raise InvalidInput("名单里没有数据行。", "list_file")
    return _counted(found)


class ChangePeopleForm(ActionForm):
    """更正诉求人: list, representatives, number, confidentiality."""

    intro = "已登记的姓名和电话在这里只显示一部分；改动会留痕，首尾都记入审计日志。"
    takes_files = False
    added = TextAreaField(
        "增加诉求人", [Length(max=60_000)], description="一行一位：姓名，电话，户号，地址。可以整段粘贴。"
    )
    list_file = FileField("或者上传名单", description=LIST_HELP)
    headcount = IntegerField("一共多少人", [Optional(), NumberRange(min=1, max=100_000)])
    representative_ids = CheckboxListField("谁是代表", coerce=int)
    person_id = select("更正哪一位", coerce=int_or_none)
    name = StringField("改为：称呼", [Length(max=64)], description="不改的留空。")
    phone = StringField("电话", [Length(max=32)])
    account_number = StringField("户号", [Length(max=32)])
    address = StringField("联系地址", [Length(max=200)])
    removed = CheckboxListField("去掉哪几位", coerce=int)
    confidential = yes_no("要求身份保密", "保密", "不保密")
    reason = TextAreaField("更正理由", [DataRequired(), Length(max=1000)], description="不少于 5 个字。")
    spots: ClassVar[Spots] = (
        Spot("added", rows=3, span=7, group="增加"), Spot("list_file", span=5, group="增加"),
        Spot("headcount", span=4, unit="人", group="代表和人数"),
        Spot("representative_ids", span=8, group="代表和人数"),
        Spot("person_id", span=4, group="更正一位"), Spot("name", span=4, group="更正一位"),
        Spot("phone", span=4, group="更正一位"), Spot("account_number", span=4, group="更正一位"),
        Spot("address", span=8, group="更正一位"),
        Spot("removed", group="去掉"),
        Spot("confidential", span=4, group="保密和理由"), Spot("reason", span=8, rows=2, group="保密和理由"),
    )  # fmt: skip

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        here = present(desk.case.complainants)
        speaking = [p.id for p in here if p.representative]
        flag = "yes" if desk.case.confidential else "no"
        return {"headcount": heads(here) or None, "representative_ids": speaking, "confidential": flag}

    def arrange(self, desk: Desk) -> None:
        here = present(desk.case.complainants)
        named = [(p.id, _label(p)) for p in here]
        if not here:
            for field in ("headcount", "representative_ids", "person_id", "name", "phone", "account_number",
                          "address", "removed"):  # fmt: skip
                del self[field]
            return
        self.person_id.choices = select_choices(named)
        self.removed.choices = named
        if len(here) < 2:
            del self.representative_ids, self.removed
        else:
            self.representative_ids.choices = named

    def validate_phone(self, field: Any) -> None:
        """Digits as people write them."""
        if field.data and not PHONE.fullmatch(field.data):
            raise ValidationError("电话只能写数字、加号、横线和括号。")

    def validate_added(self, field: Any) -> None:
        """Each line names somebody."""
        self.people = _tried(lambda: people_in(field.data or ""))

    def validate_list_file(self, field: Any) -> None:
        """A table with named columns."""
        upload = field.data
        if getattr(upload, "filename", ""):
            data = upload.stream.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise ValidationError("文件超过 20 MB。")
            self.listed = _tried(lambda: people_of_file(data))

    people: Sequence[Person] = ()
    listed: Sequence[Person] = ()

    def values(self) -> dict[str, Any]:
        given = {n: v for n, v in super().values().items() if n != "list_file"}
        return given | {"added": [*self.people, *self.listed]}


def _tried(read: Any) -> Any:
    try:
        return read()
    except InvalidInput as wrong:
        raise ValidationError(wrong.message) from wrong


def _label(person: Any) -> str:
    known = (mask_name(person.name), mask_phone(person.phone) if person.phone else "")
    return " ".join(filter(None, known)) or "（未留姓名）"


class RelayQuestionForm(ActionForm):
    """请主管部门转问."""

    intro = "举报人的身份对本单位保密；要问的由主管部门转问，回答会写在办理经过里。"
    text = TextAreaField("要问什么", [DataRequired(), Length(max=1000)])
    spots: ClassVar[Spots] = (Spot("text", rows=4),)


class RelayAnswerForm(ActionForm):
    """转告举报人的回答."""

    intro = "被诉单位会看到这段话：不要写姓名、称呼、电话、户号和地址，也不要写只有本人才知道的细节。"
    text = TextAreaField("举报人的回答", [DataRequired(), Length(max=2000)])
    spots: ClassVar[Spots] = (Spot("text", rows=5),)

    def arrange(self, desk: Desk) -> None:
        asked = desk.recorded("text", "relay_question")
        if asked:
            self.text.description = f"对方问的是：{asked}"


class RequestNoMoreForm(ActionForm):
    """申请不再重复办理."""

    intro = "只用于同一诉求人、同一事项已经办结又没有新情况的；由领导批准，告知本人后结案，不计入办理比率。"
    other = StringField("先前办结的那一件", [DataRequired()], description="例如 气诉2026-000123。")
    reason = TextAreaField(
        "为什么是同一事项", [DataRequired(), Length(max=1000)],
        description="对照两件的时间、地点和要求，不少于 5 个字。",
    )
    nothing_new = BooleanField("已核对：没有新的事实和证据")
    spots: ClassVar[Spots] = (Spot("other", span=6), Spot("nothing_new", span=6), Spot("reason", rows=3))

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        rows = repeats_of(desk.case, desk.by, desk.ruleset, now=desk.now)
        return {"other": rows[0][0].number} if rows else {}

    def arrange(self, desk: Desk) -> None:
        rows = repeats_of(desk.case, desk.by, desk.ruleset, now=desk.now)
        self.suggestions = [(row.number, f"{why}：{row.title}") for row, why in rows]


class DecideNoMoreForm(DecisionForm):
    """审批不再重复办理."""

    intro = "批准后先告知本人，再结案；以后有新的事实或证据的，可以重新办理。"
    kind = "no_more"


class TellNoMoreForm(ActionForm):
    """告知不再重复办理并结案."""

    way = ways("告知方式")
    told_at = LocalDateTimeField("告知时间")
    text = TextAreaField("告知内容", [DataRequired(), Length(max=2000)])
    spots: ClassVar[Spots] = (Spot("way", span=4), Spot("told_at", span=4), Spot("text", rows=4))

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        earlier = desk.recorded("other", "request_no_more")
        about = f"（编号{earlier}）" if earlier else ""
        phone = desk.case.receiving_org.hotline
        call = f"请拨打{phone}提出" if phone else "请再向我们提出"
        text = (
            f"您好：您反映的事项先前已经办结并答复{about}，这次没有新的事实和证据，经研究不再重复办理。"
            f"有新的事实或者证据的，{call}，我们会重新办理。"
        )
        return {"told_at": desk.now, "text": text}


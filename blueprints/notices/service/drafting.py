"""拟稿 and 修改: a draft begins with the wording of its kind and everything the system knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import organizations
from blueprints.notices.models import Notice
from blueprints.notices.service.composing import begun, frame_of
from blueprints.notices.service.engine import admitted, move
from blueprints.notices.service.wording import wording_of
from blueprints.notices.workflow import Row, State
from core.authz import Permission
from core.db import db
from domain.documents import MOST_CHARACTERS, Enclosure, Form
from domain.errors import InvalidInput, RuleViolation
from domain.notice_kinds import Kind, kind

LONGEST_TITLE = 200
MOST_ADDRESSEES = 100
LONGEST_NAME = 100
LONGEST_ANSWER = 365
WRITTEN = (
    "form", "title", "body", "annex_title", "annex_body", "values", "addressees", "copies_to",
    "answer_within",
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """What a notice is about: opaque type and id, a label for people, the enterprise concerned."""

    type: str = ""
    id: int | None = None
    label: str = ""
    enterprise: Organization | None = None


NOTHING = Subject()


@dataclass(frozen=True)
class Content:
    """What a draft says; None leaves what stands (or begins with the wording of the kind)."""

    form: str | None = None
    title: str | None = None
    body: str | None = None
    annex_title: str | None = None
    annex_body: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    addressees: Sequence[str] | None = None
    copies_to: Sequence[str] | None = None
    answer_within: int | None = None
    enclosures: Sequence[Enclosure] | None = None


def about_of(kind_code: str) -> Kind:
    """The kind with this code. Errors: InvalidInput (field "kind")."""
    try:
        return kind(kind_code)
    except KeyError as unknown:
        raise InvalidInput("没有这种文书。", "kind") from unknown


def draft(
    kind_code: str, *, by: User, now: datetime, subject: Subject = NOTHING, content: Content | None = None
) -> Notice:
    """A new draft in the name of the person's organization. What `content.values` holds is remembered as
    filled in by the system. Errors: InvalidInput, RuleViolation."""
    about, given = about_of(kind_code), content or Content()
    organ = by.organization
    if organ is None or Permission.NOTICE_DRAFT not in by.permissions:
        raise RuleViolation("您的岗位不拟制文书。")
    notice = Notice(
        kind=about.code, form=about.form.value, state=State.DRAFT.value, subject_type=subject.type,
        subject_id=subject.id, subject_label=subject.label[:128], organization_id=organ.id,
        enterprise_id=subject.enterprise.id if subject.enterprise else None, legal_review=about.legal_review,
        answer_within=about.answer_within or None, drafted_by_id=by.id, drafted_at=now, writers=[by.id],
        values={}, addressees=[], copies_to=[], enclosures=[],
        filled=sorted(n for n, v in given.values.items() if v),
        title="", body="", annex_title="", annex_body="", number_text="",
    )  # fmt: skip
    notice.organization = organ
    _write(notice, about, replace(given, title=None, body=None, annex_title=None, annex_body=None))
    begin(notice)
    _write(notice, about, given)
    db.session.add(notice)
    db.session.flush()
    first = Row(State.DRAFT, "draft", None, Permission.NOTICE_DRAFT)
    move(notice, [first], by=by, now=now, facts={"kind": about.code}, personal={"title": notice.title})
    return notice


def begin(notice: Notice) -> None:
    """(Re)write the text from the wording in force and the fields as they are; what was edited goes."""
    about = kind(notice.kind)
    said, notice.template_version = wording_of(notice.kind, Form(notice.form))
    text = begun(about, notice.values, frame_of(notice), said)
    notice.title, notice.body = text.title, text.body
    notice.annex_title, notice.annex_body = text.annex_title, text.annex_body


def rewrite(notice: Notice, *, by: User, now: datetime) -> None:
    """重新套用模板: the text anew from the fields; the earlier text stays in the audit log."""
    rows = admitted(notice, "edit", by=by)
    before = notice.body
    begin(notice)
    move(notice, rows, by=by, now=now, facts={"changed": ["body"]}, personal={"body": before})


def edit(notice: Notice, content: Content, *, by: User, now: datetime) -> None:
    """修改 a draft; whoever edits is from then on among those who wrote it."""
    rows = admitted(notice, "edit", by=by)
    before = _facts(notice)
    _write(notice, kind(notice.kind), content)
    if by.id not in notice.writers:
        notice.writers = [*notice.writers, by.id]
    after = _facts(notice)
    changed = {name: value for name, value in after.items() if before[name] != value}
    if changed:
        move(notice, rows, by=by, now=now, facts={"changed": sorted(changed)}, personal=changed)


def apply(notice: Notice, content: Content) -> None:
    """Put typed content onto the notice, for looking at it; the caller undoes it. Errors: InvalidInput."""
    _write(notice, kind(notice.kind), content)


def _facts(notice: Notice) -> dict[str, Any]:
    return {name: getattr(notice, name) for name in WRITTEN}


def _write(notice: Notice, about: Kind, content: Content) -> None:
    before = notice.title
    if content.form is not None and content.form != notice.form:
        _change_form(notice, checked_form(about, content.form))
    if content.title is not None and (typed := _checked_title(content.title)) != before:
        notice.title = typed
    for name in ("body", "annex_title", "annex_body"):
        text = getattr(content, name)
        if text is not None and len(text) > (LONGEST_TITLE if name == "annex_title" else MOST_CHARACTERS):
            raise InvalidInput("文字太长，请拆成几份。", name)
        if text is not None:
            setattr(notice, name, text)
    if content.values:
        known = {row.name for row in about.fields}
        notice.values = {**notice.values, **{n: v for n, v in content.values.items() if n in known}}
    if content.addressees is not None:
        _address(notice, _known(content.addressees))
    if content.copies_to is not None:
        notice.copies_to = _names(content.copies_to, "copies_to")
    if content.enclosures is not None:
        notice.enclosures = [asdict(enclosure) for enclosure in content.enclosures]
    if content.answer_within is not None:
        if not 0 <= content.answer_within <= LONGEST_ANSWER:
            why = f"回复期限请填 0 到 {LONGEST_ANSWER} 个工作日，0 表示不要求回复。"
            raise InvalidInput(why, "answer_within")
        notice.answer_within = content.answer_within or None


def _address(notice: Notice, rows: list[dict[str, Any]]) -> None:
    """Set the addressees; a title that names the earlier ones follows."""
    before = "、".join(row["name"] for row in notice.addressees)
    after = "、".join(row["name"] for row in rows)
    if before and after:
        notice.title = notice.title.replace(before, after)
    notice.addressees = rows


def _change_form(notice: Notice, form: str) -> None:
    """A red head has a title of its own; one that is typed together with the change is kept."""
    notice.form = form
    about = kind(notice.kind)
    said, _ = wording_of(notice.kind, Form(form))
    notice.title = begun(about, notice.values, frame_of(notice), said).title


def checked_form(about: Kind, code: str) -> str:
    """A form that the kind may have. Errors: InvalidInput."""
    if code not in {form.value for form in about.forms}:
        raise InvalidInput("这种文书没有这个格式。", "form")
    return Form(code).value


def _checked_title(title: str) -> str:
    lines = [line.strip() for line in title.splitlines() if line.strip()]
    text = "\n".join(lines)
    if not text or len(text) > LONGEST_TITLE:
        raise InvalidInput(f"请填写标题，不超过 {LONGEST_TITLE} 个字。", "title")
    return text


def _names(names: Sequence[str], field_name: str) -> list[str]:
    found = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if len(found) > MOST_ADDRESSEES:
        raise InvalidInput(f"最多 {MOST_ADDRESSEES} 个，请分几份制发。", field_name)
    if any(len(name) > LONGEST_NAME for name in found):
        raise InvalidInput(f"每一行写一个名称，不超过 {LONGEST_NAME} 个字。", field_name)
    return found


def _known(names: Sequence[str]) -> list[dict[str, Any]]:
    """Addressees with the organization of this platform that bears the name, if one does."""
    found = _names(names, "addressees")
    known = {organization.name: organization.id for organization in organizations() if organization.active}
    return [{"name": name, "organization_id": known.get(name)} for name in found]

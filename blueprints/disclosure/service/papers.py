"""信息公开目录 and 信息公开指南 of an enterprise as documents and as rows for pages."""

from __future__ import annotations

from datetime import date

from blueprints.accounts.models import Organization
from blueprints.disclosure.queries.duties import duties_for, standing_claim
from blueprints.disclosure.queries.items import profile_of
from blueprints.disclosure.service.engine import regulators_of
from core.wording import date_words
from domain.documents import Document, Form, Paragraph, Table, paragraphs_of
from domain.duties import CHANNELS, CLASSES

DIRECTORY_HEADS = (
    "序号", "一级事项", "二级事项", "公开内容（要素）", "公开时限", "公开主体", "公开渠道", "公开对象",
)  # fmt: skip
WIDTHS = (9, 20, 24, 0, 22, 20, 20, 13)
NUMERALS = "一二三四五六七八九十"
EVERYBODY = "全社会"
WITHHELD = (
    "涉及国家秘密的",
    "涉及商业秘密，公开后可能损害第三方合法权益的",
    "涉及个人隐私的",
    "法律、法规规定不予公开的其他内容",
)


def directory_rows(organization: Organization, today: date) -> list[tuple[str, ...]]:
    """One row for each duty that applies, by class, as the published directories of the trade have them."""
    rows: list[tuple[str, ...]] = []
    for duty in duties_for(organization, on=today):
        claim = standing_claim(organization.id, duty.code)
        if claim is not None and claim.state == "agreed":
            continue
        rows.append(
            (
                str(len(rows) + 1), duty.class_name, duty.item, "、".join(duty.contains), duty.limit_words,
                organization.name, "、".join(CHANNELS[channel] for channel in duty.channels), EVERYBODY,
            )
        )  # fmt: skip
    return rows


def directory(organization: Organization, today: date) -> Document:
    """信息公开目录: a ruled table."""
    rows = tuple(directory_rows(organization, today))
    table = Table(DIRECTORY_HEADS, rows, WIDTHS, centred=(0, 7))
    return Document(
        kind="disclosure_directory", form=Form.TABLE, title=f"{organization.name}\n信息公开目录",
        organ=organization.name, number=f"（{date_words(today)}）", blocks=(table,), created_on=today,
    )  # fmt: skip


def guide_sections(organization: Organization, today: date) -> list[tuple[str, list[str]]]:
    """(head, paragraphs) of the guide."""
    profile = profile_of(organization.id)
    office = (profile.office if profile else "") or organization.name
    contact = [f"公开机构：{office}"]
    for label, value in (
        ("办公地址", profile.address if profile else ""),
        ("联系电话", profile.phone if profile else ""),
        ("办公时间", profile.hours if profile else ""),
        ("信息公开专栏", profile.website if profile else ""),
    ):
        if value:
            contact.append(f"{label}：{value}")
    sections = [("公开机构", contact), ("主动公开的范围", _scope(organization, today))]
    applying = (profile.applying if profile else "").splitlines() or [
        f"需要本目录以外的信息的，可以书面向{office}提出，写明姓名、联系方式、需要的内容和提供的方式。"
    ]
    sections.append(("怎样申请公开", [line for line in applying if line.strip()]))
    withheld = (profile.withheld if profile else "").splitlines() or list(WITHHELD)
    sections.append(("不予公开的内容", [f"（{NUMERALS[n]}）{line.strip('；。 ')}。" if n < 10 else line
                                for n, line in enumerate(filter(str.strip, withheld))]))  # fmt: skip
    return [*sections, ("监督", _supervision(organization))]


def _scope(organization: Organization, today: date) -> list[str]:
    by_class: dict[int, list[str]] = {}
    for row in directory_rows(organization, today):
        number = next(n for n, (name, _) in CLASSES.items() if name == row[1])
        by_class.setdefault(number, []).append(row[2])
    return [
        f"（{NUMERALS[n]}）{CLASSES[number][0]}。{'；'.join(items)}。"
        for n, (number, items) in enumerate(sorted(by_class.items()))
    ]


def _supervision(organization: Organization) -> list[str]:
    lines = [
        f"认为本单位没有依法公开的，可以向{one.name}反映"
        + (f"，监督电话：{one.hotline}。" if one.hotline else "。")
        for one in regulators_of(organization)
    ]
    return lines or ["认为本单位没有依法公开的，可以向主管部门反映。"]


def guide(organization: Organization, today: date) -> Document:
    """信息公开指南: numbered heads with their paragraphs."""
    blocks: list[Paragraph] = []
    for number, (head, lines) in enumerate(guide_sections(organization, today)):
        blocks.append(Paragraph("", 1, f"{NUMERALS[number]}、{head}"))
        blocks += paragraphs_of("\n".join(lines))
    return Document(
        kind="disclosure_guide", form=Form.TABLE, title=f"{organization.name}\n信息公开指南",
        organ=organization.name, number=f"（{date_words(today)}）", blocks=tuple(blocks), created_on=today,
    )  # fmt: skip

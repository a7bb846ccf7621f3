"""现场检查笔录 and what its readers see: a signed (or frozen) check as the words of the paper."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blueprints.inspection.models import CheckSignature, SiteCheck
from blueprints.inspection.service import checking
from blueprints.notices.service.papers import Paper, document_of_paper
from core.clock import to_local
from domain.check_facts import OUTCOMES, moment
from domain.checklists import CheckItem, answer_from, verdict
from domain.documents import Document, SignLines, Watermark
from domain.documents import check as verify

VERDICTS = {"ok": "符合", "deviation": "不符合", "na": "不适用", "": "没有检查"}
UNPRINTED = {"Cn", "Co", "Cs", "Cc"}
PICTOGRAMS = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
JOINERS = re.compile("[\u200b-\u200f\ufe00-\ufe0f]")
BRACKETS = str.maketrans({"【": "［", "】": "］", "{": "｛", "}": "｝"})


def printable(text: object) -> str:
    """A typed text as it can be printed: no marks of the template, □ for what no font has."""
    plain = PICTOGRAMS.sub("□", JOINERS.sub("", str(text).translate(BRACKETS)))
    return "".join("□" if c != "\n" and unicodedata.category(c) in UNPRINTED else c for c in plain)


def day_time(text: object) -> str:
    """2026年10月15日9时05分, from a fact."""
    if not text:
        return "—"
    at = moment(text, "时间")
    return f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute:02d}分"


def stamped(at: datetime) -> str:
    """2026年10月15日 in local time."""
    local = to_local(at)
    return f"{local.year}年{local.month}月{local.day}日"


def paper_of(check: SiteCheck) -> Paper:
    """What the 现场检查笔录 is printed from, signed or still to be signed."""
    content = check.content
    facts = dict(content["facts"])
    present = facts.get("present") or {}
    team = content["check"]["inspectors"]
    witness = next((one for one in check.signatures if one.role == "witness"), None)
    contact = "　".join(part for part in (present.get("post"), present.get("phone")) if part)
    values = {
        "record_enterprise": printable(content["check"]["enterprise"]),
        "record_place": printable(content["check"]["place"]),
        "record_began": day_time(facts.get("arrived")), "record_ended": day_time(facts.get("ended")),
        "record_present": printable(present.get("name") or "无人在场"),
        "record_present_post": printable(contact or "—"),
        "record_officers": "、".join(f"{one['name']}（{one['certificate']}）" for one in team),
        "record_writer": team[-1]["name"], "record_witness": printable(witness.name if witness else "—"),
        "record_told": printable(told(facts)), "record_found": printable(found(check)),
        "record_items": rows(check),
        "record_statement": printable(facts.get("statement") or "没有陈述。"),
    }  # fmt: skip
    mark = Watermark.NONE if check.state in ("signed", "reviewed") else Watermark.DRAFT
    return Paper(
        "inspection_record", check.organization.name, values, number=check.number, watermark=mark,
        signs=sign_lines(check),
    )  # fmt: skip


def document_of(check: SiteCheck, now: datetime) -> Document:
    """The paper, composed but not printed. Errors: InvalidInput."""
    document = document_of_paper(paper_of(check), now=now)
    verify(document)
    return document


def told(facts: Mapping[str, Any]) -> str:
    """Certificates shown and rights told, with their times."""
    shown, rights = facts.get("certificates_shown"), facts.get("rights_told")
    said = []
    if shown:
        said.append(f"检查人员于{day_time(shown)}出示执法证件，说明检查的依据、事项和方式。")
    if rights:
        said.append(f"{day_time(rights)}告知被检查单位有申请回避、陈述和申辩的权利，有配合检查的义务。")
    return "".join(said) or "没有见到被检查单位的人员，未能出示证件和告知。"


def found(check: SiteCheck) -> str:
    """What was found, in sentences."""
    content, facts = check.content, check.content["facts"]
    score, photos = content["score"], len(content["photos"])
    if facts["outcome"] != "done":
        why = str(facts.get("outcome_reason", "")).strip().rstrip("。")
        return f"{OUTCOMES[facts['outcome']]}：{why}。现场拍照{photos}张。"
    marks = [row[2] for row in rows(check)]
    counted = "，".join(f"{word}{marks.count(word)}项" for word in ("符合", "不符合", "不适用"))
    more = f"检查{len(marks)}项：{counted}。按检查表“{content['check']['checklist']}”计分，"
    points = f"应得{score['applicable']}分，实得{score['earned']}分，折合{score['text']}。"
    return f"{more}{points}检查过程中拍照{photos}张。{located(facts)}"


def located(facts: Mapping[str, Any]) -> str:
    """Where the device was, if it was allowed to say so."""
    at = facts.get("location") or {}
    return f"定位：北纬{at['lat']}，东经{at['lon']}。" if at.get("lat") and at.get("lon") else ""


def rows(check: SiteCheck) -> list[list[str]]:
    """One line for each item and instance: place, item, result, why and evidence."""
    checklist, content = checking.checklist_of(check), check.content
    words = {line["code"]: line["words"] for line in content["score"]["lines"]}
    lines: list[list[str]] = []
    for code, instances in content["answers"].items():
        one = checklist.item(code)
        for name, data in instances.items() if one else ():
            if one is None or (not data and content["facts"]["outcome"] != "done"):
                continue
            title = f"{code} {one.text}" + (f"（{name}）" if name else "")
            because = why(one, data, words[code] if len(instances) == 1 else "")
            shots = photo_words(content, code, name)
            line = [str(len(lines) + 1), title, VERDICTS[verdict(one, data)], joined(because + shots)]
            lines.append([printable(text) for text in line])
    return lines


def joined(parts: Sequence[str]) -> str:
    """Parts in one line: whatever mark a typed one ends with, there is one between two."""
    kept = [part.strip() for part in parts if part.strip()]
    return "；".join([*(part.rstrip("。；，;,. ") for part in kept[:-1]), *kept[-1:]])


def why(one: CheckItem, data: Mapping[str, Any], words: str) -> list[str]:
    """Reasons and remarks of an answer."""
    said = [f"不适用：{data['na']}"] if data.get("na") else []
    if verdict(one, data) == "deviation":
        said.append(words or deviation_words(one, data))
    if data.get("number"):
        said.append(f"数值{data['number']}")
    return [*said, *(str(data[name]) for name in ("note", "signature") if data.get(name))]


def deviation_words(one: CheckItem, data: Mapping[str, Any]) -> str:
    """How one instance lost its points."""
    return one.rule.outcome(one.maximum, answer_from(one, data)).words


def photo_words(content: Mapping[str, Any], code: str, name: str) -> list[str]:
    """照片1、照片2"""
    shots = [one["name"] for one in content["photos"] if (one["item"], one["instance"]) == (code, name)]
    return ["、".join(shots)] if shots else []


def sign_lines(check: SiteCheck) -> SignLines:
    """Lines for everybody who signs, with what was signed on the screen."""
    by_role: dict[str, list[CheckSignature]] = {}
    for row in check.signatures:
        by_role.setdefault(row.role, []).append(row)
    lines: list[tuple[str, str, str]] = []
    company = by_role.get("representative", [])
    if company and company[0].refused:
        refusal = f"拒绝签名或者无人在场：{printable(company[0].reason)[:40]}"
        lines.append(("被检查单位在场人员：", "", refusal))
    else:
        lines.append(_line("被检查单位在场人员", company[0] if company else None))
    if witness := by_role.get("witness"):
        lines.append(_line("见证人", witness[0]))
    signed = {row.user_id: row for row in by_role.get("inspector", [])}
    for one in check.inspectors:
        mark = signed.get(one.user_id)
        lines.append((f"检查人员（{one.name}）：", _file(mark), _day(mark)))
    labels, pictures, dates = zip(*lines, strict=True)
    return SignLines(labels, True, pictures, dates)


def _line(label: str, row: CheckSignature | None) -> tuple[str, str, str]:
    who = f"（{printable(row.name)}）" if row else "（签名）"
    return f"{label}{who}：", _file(row), _day(row)


def _file(row: CheckSignature | None) -> str:
    return row.file.sha256 if row is not None and row.file is not None else ""


def _day(row: CheckSignature | None) -> str:
    return stamped(row.at) if row is not None else ""

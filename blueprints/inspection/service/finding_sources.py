"""What a signed check or a concluded sample found: deviations with all that a finding of them begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from blueprints.inspection.models import RecordSample, SiteCheck
from core.clock import local_date
from domain.checklists import CheckItem, asked_items, checklist_from, verdict
from domain.errors import RuleViolation
from domain.sample_plans import FAILED

CHECKED = ("signed", "reviewed")
MOST_KEYS = 30
LONGEST_CLAUSE = 16


@dataclass(frozen=True)
class Deviation:
    """One deviation. `files`: (id of the stored file, name) of its evidence."""

    item: str
    instance: str
    title: str
    facts: str
    clause: str = ""
    basis_kind: str = "system"
    basis: str = ""
    files: tuple[tuple[int, str], ...] = field(default=())

    @property
    def repeat_key(self) -> str:
        """By what an earlier finding of the same matter is found."""
        return repeat_key(self.clause, self.item, self.basis)


def repeat_key(clause: str, item: str, basis: str) -> str:
    """The clause, or the basis in words, or the item of the checklist."""
    return (clause or basis or f"item:{item}")[:64]


def of_check(check: SiteCheck) -> list[Deviation]:
    """Deviations of a signed check, in the order of its checklist; of what repeats each instance is one.

    Errors: RuleViolation for a check that is not signed.
    """
    if check.state not in CHECKED:
        raise RuleViolation("现场检查笔录还没有签字，不能据此登记问题。", "F6.2b", "请先完成签字。")
    answers: Mapping[str, Mapping[str, Any]] = check.content.get("answers", {})
    checklist = checklist_from(check.checklist.content)
    found = []
    for one in asked_items(checklist, answers):
        for instance, data in answers.get(one.code, {}).items():
            if verdict(one, data) == "deviation":
                found.append(_deviation(check, one, instance, data))
    return found


def _deviation(check: SiteCheck, one: CheckItem, instance: str, data: Mapping[str, Any]) -> Deviation:
    where = f"（{instance}）" if instance else ""
    said = str(data.get("note") or "").strip()
    number = str(data.get("number") or "").strip()
    facts = said or f"现场检查{check.place}，“{one.text}”一项不符合{where}。"
    if number:
        facts = f"{facts.rstrip('。')}；数值：{number}。"
    return Deviation(
        item=one.code, instance=instance, title=f"{one.text}{where}"[:200], facts=facts, clause=one.clause,
        basis_kind=one.basis_kind, basis=one.basis[:300],
        files=tuple(_photos(check, one.code, instance)),
    )  # fmt: skip


def _photos(check: SiteCheck, item: str, instance: str) -> list[tuple[int, str]]:
    """Photos that the signed content names for this answer."""
    stored = {photo.sha256: photo.file_id for photo in check.photos}
    mine = [
        photo for photo in check.content.get("photos", ())
        if photo.get("item") == item and (photo.get("instance") or "") == instance
        and photo.get("sha256") in stored
    ]  # fmt: skip
    return [
        (stored[photo["sha256"]], photo.get("name") or f"{item}-照片{at}.jpg")
        for at, photo in enumerate(mine, 1)
    ]


def of_sample(sample: RecordSample) -> list[Deviation]:
    """One deviation for each criterion that records failed; the facts name the records.

    Errors: RuleViolation for a sample without a conclusion.
    """
    if sample.state != "concluded":
        raise RuleViolation("抽查还没有结论，不能据此登记问题。", "F6.2a", "请先完成查看和复核。")
    found = []
    for code, text, clause in sample.plan["criteria"]:
        failed = [one for one in sample.records if one.answers.get(code, {}).get("result") in FAILED]
        if not failed:
            continue
        keys = [_said(one.key, one.answers[code]) for one in failed]
        more = f"等 {len(keys)} 件" if len(keys) > MOST_KEYS else ""
        facts = (
            f"按{sample.number}抽查原始记录 {len(sample.records)} 件，“{text}”不合格 {len(failed)} 件："
            f"{'；'.join(keys[:MOST_KEYS])}{more}。"
        )
        files = tuple(
            (proof.file_id, proof.name)
            for one in failed for proof in one.evidence if proof.criterion == code
        )  # fmt: skip
        title = f"{text}（抽查 {len(sample.records)} 件，不合格 {len(failed)} 件）"
        own = clause if clause[:1] in ("F", "Q") and len(clause) <= LONGEST_CLAUSE else ""
        basis = "" if own else clause or f"抽查标准“{text}”"
        found.append(Deviation(
            item=code, instance="", title=title[:200], facts=facts, clause=own, basis=basis[:300],
            files=files,
        ))  # fmt: skip
    return found


def _said(key: str, given: Mapping[str, Any]) -> str:
    why = "缺记录" if given.get("result") == "missing" else ""
    said = "，".join(part for part in (why, str(given.get("remark") or "").strip().rstrip("。")) if part)
    return f"{key}（{said}）" if said else key


def found_on(source: SiteCheck | RecordSample) -> date:
    """The day of the check, or of the conclusion."""
    moment = source.signed_at if isinstance(source, SiteCheck) else source.concluded_at
    if moment is None:
        raise RuleViolation("还没有结论。", "F6.2", "请先完成签字或者作出结论。")
    return local_date(moment)

"""Working papers of sampled records: answered, confirmed by a second person, concluded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import PurePath
from typing import Any

from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import User
from blueprints.inspection.models import RecordSample, SampledRecord, SampleEvidence
from blueprints.inspection.service import sampling as service
from core import files
from core.db import db
from domain.errors import InvalidInput, RuleViolation
from domain.sample_plans import ANSWERS, FAILED, outcome

CLAUSE = service.CLAUSE
Answers = Mapping[str, tuple[str, str]]


def answer(
    record: SampledRecord, given: Answers, evidence: Iterable[tuple[str, FileStorage]], *, by: User,
    now: datetime,
) -> None:  # fmt: skip
    """Answer every criterion of a record; what fails needs a remark; files go with their criterion.

    Errors: InvalidInput at `result_N` or `remark_N`; RuleViolation once somebody confirmed it.
    """
    service.require(record.sample, ("working",), "填写底稿")
    if record.reviewed_at is not None:
        raise RuleViolation("这份底稿已经由另一人复核，不能再改。", CLAUSE, "确需更正的，请复核人先退回。")
    answers: dict[str, Any] = {}
    for at, criterion in enumerate(record.sample.plan["criteria"]):
        result, remark = given.get(criterion[0], ("", ""))
        if result not in ANSWERS:
            raise InvalidInput("请选择结论。", f"result_{at}")
        if result in FAILED and len(remark) < 2:
            raise InvalidInput("不符合或缺记录的，请写明是什么问题。", f"remark_{at}")
        answers[criterion[0]] = {"result": result, "remark": remark}
    record.answers = answers
    record.failed = any(one["result"] in FAILED for one in answers.values())
    record.done_by_id, record.done_at, record.returned = by.id, now, ""
    for code, upload in evidence:
        stored = files.store_upload(upload, now=now)
        name = PurePath((upload.filename or "").replace("\\", "/")).name[-200:]
        db.session.add(
            SampleEvidence(
                sampled_id=record.id, criterion=code, file_id=stored.id, name=name, by=by.name, at=now
            )
        )
    service.log("answer", record.sample, {"key": [None, record.key]}, by, now)


def review(record: SampledRecord, *, confirmed: bool, remark: str, by: User, now: datetime) -> None:
    """A second person confirms the deviations of a record, or sends it back with what is wrong.

    Errors: RuleViolation for the person who answered it, or where there is nothing to confirm.
    """
    service.require(record.sample, ("working",), "复核")
    if record.done_at is None or not record.failed:
        raise RuleViolation(
            "只有填写完毕、有不合格的底稿需要复核。", CLAUSE, "请先逐项填写，或者打开有不合格的底稿。"
        )
    if record.done_by_id == by.id:
        raise RuleViolation("填写底稿的人不能复核自己的底稿。", CLAUSE, "请另一位检查人员复核。")
    if confirmed:
        record.reviewed_by_id, record.reviewed_at = by.id, now
        service.log("review", record.sample, {"key": [None, record.key]}, by, now)
        return
    if len(remark) < 4:
        raise InvalidInput("退回须写明理由，至少 4 个字。", "remark")
    record.done_at = record.reviewed_at = record.reviewed_by_id = None
    record.returned = remark
    service.log("return", record.sample, {"key": [None, record.key], "reason": [None, remark]}, by, now)


def next_open(row: RecordSample, after: int = 0) -> SampledRecord | None:
    """The next record without an answer, after this rank first, then from the beginning."""
    waiting = [record for record in row.records if record.done_at is None]
    return next((record for record in waiting if record.rank > after), waiting[0] if waiting else None)


def next_review(row: RecordSample, by_id: int) -> SampledRecord | None:
    """The next record whose deviations this person may confirm."""
    return next((one for one in row.records if awaits_review(one) and one.done_by_id != by_id), None)


def awaits_review(record: SampledRecord) -> bool:
    """Whether its deviations have not been confirmed yet."""
    return bool(record.done_at and record.failed and not record.reviewed_at)


def counts(row: RecordSample) -> dict[str, int]:
    """How far the work is."""
    records = row.records
    return {
        "total": len(records),
        "done": sum(1 for one in records if one.done_at),
        "failed": sum(1 for one in records if one.done_at and one.failed),
        "to_review": sum(1 for one in records if awaits_review(one)),
    }


def outcomes(row: RecordSample) -> dict[str, dict[str, Any]]:
    """Criterion -> what the sample says of it, from all working papers."""
    rule, size = service.rule_of(row), row.size
    found = {}
    for code, _, _ in row.plan["criteria"]:
        results = [record.answers[code]["result"] for record in row.records]
        made = outcome(results, rule, size["allowed"], size["population"])
        found[code] = asdict(made) | {"failed": made.failed}
    return found


def conclude(row: RecordSample, *, by: User, now: datetime) -> None:
    """Compute the result. Errors: RuleViolation while anything is unanswered, unconfirmed or not extended."""
    service.require(row, ("working",), "作出结论")
    state = counts(row)
    if state["done"] < state["total"]:
        raise RuleViolation(
            f"还有 {state['total'] - state['done']} 件没有查看，不能作出结论。", CLAUSE, "请先看完全部底稿。"
        )
    if state["to_review"]:
        raise RuleViolation(
            f"还有 {state['to_review']} 件不合格没有复核，不能作出结论。",
            CLAUSE,
            "请另一位检查人员逐件复核。",
        )
    if service.extension_due(row):
        text = f"不合格已达到 {row.plan['extend_from']} 件，须按事先声明的规则扩大抽样。"
        raise RuleViolation(text, CLAUSE, "请先扩大抽样。")
    row.result, row.state = outcomes(row), "concluded"
    row.concluded_at, row.concluded_by = now, by.name
    deviations = sum(one["failed"] for one in row.result.values())
    service.log("conclude", row, {"deviations": [None, deviations]}, by, now)

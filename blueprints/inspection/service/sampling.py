"""查看原始记录: what to draw from is frozen and committed to, then drawn; extended only as declared before.

The size and the reason for it stand in words before anything is drawn; the draw is that of domain.draws and
can be recomputed by anybody who has its export.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import PlanTarget, RecordSample, SampledRecord
from blueprints.inspection.queries.frames import SHEET, Record
from blueprints.inspection.service import frames
from core import audit, clock
from core.db import db
from core.privacy import decrypt, encrypt
from core.sequences import next_number
from domain import draws, sample_plans, sampling
from domain.errors import InvalidInput, RuleViolation
from domain.sample_plans import Chosen, SizeRule

CLAUSE = "F6.2a"
STATES = {
    "draft": "准备", "frozen": "已冻结，待抽取", "working": "查看中", "concluded": "已有结论",
    "void": "已作废",
}  # fmt: skip
TONES = {"draft": "open", "frozen": "soon", "working": "wait", "concluded": "done", "void": "stopped"}
SOURCES = {"witnesses": "两位见证人的数", "public": "指定的公开数值"}
WITNESSES = 2
MOST_SAMPLED = 2000
Criterion = tuple[str, str, str]


@dataclass(frozen=True)
class SamplePlan:
    """What a draft says. `criteria`: (code, text, clause). `extend_from` failed records (0: never) let
    `extend_by` more be drawn, once."""

    title: str
    source: str
    since: date | None
    until: date | None
    method: str
    rule: SizeRule
    criteria: tuple[Criterion, ...]
    by: str = ""
    minimum: int = 0
    key_column: str = ""
    stratum_column: str = ""
    extend_from: int = 0
    extend_by: int = 0
    target_id: int | None = None


@dataclass(frozen=True)
class Randomness:
    """Where the random value comes from: witnesses (name, number, code), or a public value of a later day."""

    kind: str
    witnesses: Sequence[tuple[str, str, str]] = ()
    name: str = ""
    on: date | None = None


def create(
    organization: Organization, enterprise: Organization, plan: SamplePlan, sheet: tuple[str, bytes] | None,
    *, by: User, now: datetime,
) -> RecordSample:  # fmt: skip
    """A new draft; its size is computed at once, so that it can be judged. Errors: InvalidInput."""
    row = RecordSample(
        organization_id=organization.id, organization=organization, enterprise_id=enterprise.id,
        enterprise=enterprise, drafted_by_id=by.id, drafted_at=now,
    )  # fmt: skip
    _put(row, plan, sheet, now)
    db.session.add(row)
    log("new", row, {"title": [None, plan.title]}, by, now)
    return row


def edit(
    row: RecordSample, plan: SamplePlan, sheet: tuple[str, bytes] | None, *, by: User, now: datetime
) -> None:
    """Change a draft. Errors: InvalidInput; RuleViolation once it is frozen."""
    require(row, ("draft",), "修改")
    old = row.title
    _put(row, plan, sheet, now)
    log("change", row, {"title": [old, plan.title]}, by, now)


def _put(row: RecordSample, plan: SamplePlan, sheet: tuple[str, bytes] | None, now: datetime) -> None:
    if not plan.criteria:
        raise InvalidInput("请至少写一条查看标准。", "criteria")
    if bool(plan.extend_from) != bool(plan.extend_by):
        raise InvalidInput("扩大抽样要写明发现几件不合格、再抽几件。", "extend_by")
    if plan.extend_by and plan.method not in ("simple", "stratified"):
        raise InvalidInput("等距和全部查看不能扩大抽样。", "extend_by")
    if plan.source != SHEET and (plan.since is None or plan.until is None or plan.until < plan.since):
        raise InvalidInput("请填写起止日期，截止不早于起始。", "until")
    row.target = _target(row, plan.target_id)
    row.title, row.source = plan.title, plan.source
    row.plan = asdict(plan) | {
        "since": plan.since.isoformat() if plan.since else "",
        "until": plan.until.isoformat() if plan.until else "",
    }
    if plan.source != SHEET:
        row.sheet_file, row.sheet_file_id, row.sheet_name = None, None, ""
    elif sheet is not None:
        frames.keep_sheet(row, *sheet, now=now)
    row.size = measured(row, frames.gathered(row))


def _target(row: RecordSample, target_id: int | None) -> PlanTarget | None:
    """The planned check that a sample belongs to. Errors: InvalidInput."""
    if target_id is None:
        return None
    found = db.session.get(PlanTarget, target_id)
    if found is None or found.plan.organization_id != row.organization.id:
        raise InvalidInput("请选择本单位的检查计划。", "target_id")
    if found.enterprise_id != row.enterprise.id or "record" not in found.plan.methods:
        raise InvalidInput("所选的检查计划不是对这家企业，或者不查看原始记录。", "target_id")
    return found


def rule_of(row: RecordSample) -> SizeRule:
    """The size rule of a sample."""
    return SizeRule(**row.plan["rule"])


def measured(row: RecordSample, records: Sequence[Record]) -> dict[str, Any]:
    """How many of which stratum, and why. Errors: InvalidInput."""
    strata = dict(sorted(Counter(record.stratum for record in records).items()))
    method = row.plan["method"]
    size = sample_plans.size_of(rule_of(row), len(records), method)
    if size.n > MOST_SAMPLED:
        raise InvalidInput(f"要抽 {size.n} 件，一次最多 {MOST_SAMPLED} 件，请放宽要求或缩小名单。", "rule")
    quotas = sample_plans.quotas_of(method, strata, size.n, row.plan["minimum"])
    return asdict(size) | {"population": len(records), "strata": strata, "quotas": quotas}


# ---- freeze and draw ------------------------------------------------------------------------------------


def freeze(row: RecordSample, random: Randomness, *, by: User, now: datetime) -> None:
    """Take a number, keep every record of the frame as it is, publish digest and commitment.

    Where all records are looked at nothing is drawn and the work begins at once. Errors: InvalidInput.
    """
    require(row, ("draft",), "冻结")
    records = frames.gathered(row)
    row.size = measured(row, records)
    lines = sampling.frozen(f"{record.stratum}|{record.key}" for record in records)
    row.frame_file = frames.keep_frame(records, now=now)
    row.frame_digest = sampling.frame_digest(lines)
    row.year = clock.to_local(now).year
    row.sequence = next_number(f"sample:{row.organization_id}", row.year)
    row.number = f"{row.organization.code.upper()}-抽样-{row.year}-{row.sequence:03d}"
    row.frozen_at = now
    digests = {"frame_digest": [None, row.frame_digest], "kept": [None, row.frame_file.sha256]}
    if row.plan["method"] == "all":
        row.state, row.drawn_at = "working", now
        _take(row, [Chosen(at, *sampling.line_parts(line)) for at, line in enumerate(lines, 1)])
        log("freeze", row, digests, by, now)
        return
    made, nonce = _committed(row, lines, random, now)
    row.plan = row.plan | {
        "random": random.kind,
        "random_name": random.name,
        "random_on": str(random.on or ""),
    }
    row.state, row.record = "frozen", draws.to_json(made)
    db.session.flush()
    row.sealed_nonce = encrypt("record_sample", row.id, {"nonce": nonce})
    log("freeze", row, digests | {"commit": [None, made.commit]}, by, now)


def _committed(
    row: RecordSample, lines: list[str], random: Randomness, now: datetime
) -> tuple[draws.Draw, str]:
    witnesses, moment = _witnesses(random, now), _moment(now)
    nonce = secrets.token_hex(16)
    name = random.name if random.kind == "public" else SOURCES["witnesses"]
    made = draws.freeze(
        row.number or "", f"{row.title}：{row.size['words']}", lines, row.size["quotas"],
        draws.commitment(nonce), draws.Source(draws.SourceKind(random.kind), name), moment,
        witnesses=witnesses,
    )  # fmt: skip
    return made, nonce


def _witnesses(random: Randomness, now: datetime) -> list[draws.Witness]:
    if random.kind == "public":
        if len(random.name) < 4:
            raise InvalidInput("请写明是哪一个公开数值，例如某一期彩票的开奖号码。", "source_name")
        if random.on is None or random.on <= clock.local_date(now):
            raise InvalidInput("公开数值要在冻结以后才产生，请指定今天以后的日期。", "source_on")
        return []
    found = []
    for at, (name, number, code) in enumerate(random.witnesses):
        if not (name and number and code):
            raise InvalidInput("请填写见证人的姓名、数和验证码。", f"name_{at}")
        try:
            commit = draws.witness_commitment(number, code)
        except InvalidInput as wrong:
            raise InvalidInput(wrong.message, f"number_{at}") from wrong
        found.append(draws.Witness(sampling.plain(name, "见证人姓名"), commit, _moment(now)))
    if len({one.name for one in found}) < WITNESSES:
        raise InvalidInput("须有两位不同的见证人。", "name_1")
    return found


def export(row: RecordSample) -> draws.Draw:
    """The draw as it is exported. Errors: RuleViolation where there is none."""
    if not row.record:
        raise RuleViolation("没有抽取记录可以导出。", CLAUSE, "请先冻结名单。")
    return draws.from_json(row.record)


def draw(
    row: RecordSample, numbers: Mapping[str, tuple[str, str]], public_value: str, *, by: User, now: datetime
) -> None:
    """Open everything and draw. Errors: RuleViolation for what was not committed to, or too early."""
    require(row, ("frozen",), "抽取")
    if row.plan["random"] == "public" and row.plan["random_on"] > clock.local_date(now).isoformat():
        raise RuleViolation("指定的公开数值还没有产生，不能抽取。", CLAUSE, "请等数值产生以后再抽取。")
    opened = decrypt("record_sample", row.id, row.sealed_nonce)
    if opened is None:
        raise RuleViolation("承诺的随机数已不可读，这次抽样只能作废。", CLAUSE, "请作废后重新抽取。")
    made = export(row)
    for witness in made.witnesses:
        number, code = numbers.get(witness.name, ("", ""))
        try:
            made = draws.open_witness(made, witness.name, number.strip(), code.strip(), _moment(now))
        except InvalidInput as wrong:
            raise RuleViolation(wrong.message, CLAUSE, "请见证人核对后重新输入。") from wrong
    made = draws.run(made, opened["nonce"], public_value.strip(), _moment(now))
    row.record, row.state, row.drawn_at = draws.to_json(made), "working", now
    _take(row, sample_plans.chosen(made, row.plan["method"], row.size["n"]))
    log("drawn", row, {"seed": [None, made.seed]}, by, now)


def _take(row: RecordSample, found: Sequence[Chosen], *, extension: bool = False) -> None:
    """A working paper for each, with the record as it was at the freeze."""
    kept = frames.kept_records(row, {(one.stratum, one.key) for one in found})
    db.session.flush()
    for one in found:
        snapshot = kept[one.stratum, one.key]
        db.session.add(SampledRecord(sample=row, extension=extension, snapshot=snapshot, **one._asdict()))


# ---- extension, void ------------------------------------------------------------------------------------


def extension_due(row: RecordSample) -> bool:
    """Whether the declared extension has been triggered and not been carried out."""
    plan = row.plan
    if not plan["extend_by"] or row.state != "working" or any(one.extension for one in row.records):
        return False
    if len(row.records) == row.size["population"]:
        return False
    return bool(sum(one.failed for one in row.records) >= plan["extend_from"])


def extend(row: RecordSample, *, by: User, now: datetime) -> None:
    """Draw as many more as was declared, the next by rank. Errors: RuleViolation otherwise."""
    if not extension_due(row):
        raise RuleViolation(
            "没有达到事先声明的条件，或者已经扩大过，不能扩大抽样。", CLAUSE, "请按现有的样本作出结论。"
        )
    left = row.size["population"] - len(row.records)
    more = sample_plans.further(export(row), min(row.plan["extend_by"], left), len(row.records) + 1)
    _take(row, more, extension=True)
    log("extend", row, {"more": [None, len(more)]}, by, now)


def void(row: RecordSample, reason: str, *, by: User, now: datetime) -> None:
    """A sample that does not count; a numbered one keeps its number. Errors: InvalidInput."""
    require(row, ("draft", "frozen", "working"), "作废")
    if len(reason) < 4:
        raise InvalidInput("请写明作废的理由，至少 4 个字。", "reason")
    row.state, row.void_reason = "void", reason
    if row.record:
        row.record = draws.to_json(draws.void(export(row), reason, _moment(now)))
    log("void", row, {"reason": [None, reason]}, by, now)


def _moment(now: datetime) -> str:
    return clock.to_local(now).isoformat(timespec="milliseconds")


def require(row: RecordSample, states: tuple[str, ...], step: str) -> None:
    """Errors: RuleViolation in any other state."""
    if row.state not in states:
        text = f"这次抽样{STATES[row.state]}，不能{step}。"
        raise RuleViolation(text, CLAUSE, "请刷新页面，看看现在的状态。")


def log(verb: str, row: RecordSample, changes: Mapping[str, Any], by: User, now: datetime) -> None:
    """One entry of the audit log about a sample."""
    db.session.flush()
    subject = audit.Subject("record_sample", row.id, row.label)
    audit.record(f"sample.{verb}", subject=subject, by=by, now=now, changes=changes)

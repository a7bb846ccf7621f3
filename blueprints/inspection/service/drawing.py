"""双随机抽取: the frame is frozen and committed to before the lot is known; then anybody can recompute it.

Order: draft; two witnesses bind themselves to numbers (or a later public value is named); freeze, with which
the digest of the frame and all commitments go public together; the draw, which opens everything. A void draw
keeps its number.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import Draw
from blueprints.inspection.queries import draws as queries
from blueprints.inspection.queries import plans
from core import audit, clock
from core.db import db
from core.privacy import decrypt, encrypt
from core.sequences import next_number
from domain import draws, sampling
from domain.errors import InvalidInput, RuleViolation

CLAUSE = "F6.1"
KINDS = {"enterprise": "被监管企业", "outlet": "服务网点", "list": "自定名单"}
STATES = {"draft": "准备", "frozen": "已冻结，待抽取", "drawn": "已抽取", "void": "已作废"}
TONES = {"draft": "open", "frozen": "soon", "drawn": "done", "void": "stopped"}
SOURCES = {"witnesses": "两位见证人的数", "public": "指定的公开数值"}
WITNESSES, LEAST_INSPECTORS = 2, 2
LARGEST_FRAME = 200_000


@dataclass(frozen=True)
class Plan:
    """What a draft says. `lines` only for kind list; `quotas` by stratum, or `total` shared by size."""

    title: str
    purpose: str
    kind: str
    lines: tuple[str, ...] = ()
    quotas: Mapping[str, int] = field(default_factory=dict)
    total: int | None = None
    exclusions: Mapping[str, str] = field(default_factory=dict)
    inspectors: tuple[int, ...] = ()
    recusals: tuple[tuple[str, str, str], ...] = ()
    per_target: int = LEAST_INSPECTORS
    source: str = "witnesses"
    source_name: str = ""
    source_on: date | None = None


def export(row: Draw) -> draws.Draw:
    """The draw as it is published. Errors: RuleViolation for a draft, which is not."""
    if not row.record:
        raise RuleViolation("还没有冻结，没有可以公布的内容。", CLAUSE, "请先冻结并公布。")
    return draws.from_json(row.record)


def create(organization: Organization, plan: Plan, *, by: User, now: datetime) -> Draw:
    """A new draft. Errors: InvalidInput."""
    row = Draw(
        organization_id=organization.id, organization=organization, drafted_by_id=by.id, drafted_at=now
    )
    _put(row, plan, clock.local_date(now))
    db.session.add(row)
    _log("new", row, {"title": [None, plan.title]}, by, now)
    return row


def edit(row: Draw, plan: Plan, *, by: User, now: datetime) -> None:
    """Change a draft. Errors: InvalidInput; RuleViolation once it is frozen."""
    require(row, ("draft",), "修改")
    old = row.title
    _put(row, plan, clock.local_date(now))
    _log("change", row, {"title": [old, plan.title]}, by, now)


def _put(row: Draw, plan: Plan, day: date) -> None:
    row.title, row.purpose = plan.title, plan.purpose
    lines, labels = _frame(row.organization, plan)
    quotas = _quotas(lines, plan)
    people = queries.inspectors_of(row.organization_id or row.organization.id, plan.inspectors, day)
    _check(plan, people, day)
    row.labels = labels | {person["id"]: person["name"] for person in people}
    row.plan = asdict(plan) | {
        "lines": list(lines), "quotas": quotas, "inspectors": [person["id"] for person in people],
        "source_on": plan.source_on.isoformat() if plan.source_on else "",
        "witnesses": (row.plan or {}).get("witnesses", []),
    }  # fmt: skip


def _frame(organization: Organization, plan: Plan) -> tuple[list[str], dict[str, str]]:
    labels: dict[str, str] = {}
    lines = [line.strip() for line in plan.lines if line.strip()]
    if plan.kind != "list":
        found = queries.frame_rows(organization, plan.kind)
        lines = [f"{stratum}|{key}" for stratum, key, _ in found]
        labels = {key: name for _, key, name in found}
    if not 0 < len(lines) <= LARGEST_FRAME:
        text = f"名单应当有 1 到 {LARGEST_FRAME} 行。"
        raise InvalidInput(text, "lines" if plan.kind == "list" else "kind")
    try:
        return sampling.frozen(lines), labels
    except InvalidInput as wrong:
        raise InvalidInput(wrong.message, "lines") from wrong


def _quotas(lines: list[str], plan: Plan) -> dict[str, int]:
    """How many of each stratum; the excluded do not count."""
    counts: dict[str, int] = {}
    unknown = set(plan.exclusions)
    for line in lines:
        unknown.discard(line)
        if line not in plan.exclusions:
            stratum = sampling.line_parts(line)[0]
            counts[stratum] = counts.get(stratum, 0) + 1
    if unknown:
        raise InvalidInput(f"名单里没有 {min(unknown)[:60]}，不能排除。", "exclusions")
    if plan.total is not None:
        most = sum(counts.values())
        if not 1 <= plan.total <= most:
            raise InvalidInput(f"总数应当在 1 到 {most} 之间。", "total")
        return {name: n for name, n in sampling.allocate(counts, plan.total).items() if n}
    for name, n in plan.quotas.items():
        if not 1 <= n <= counts.get(name, 0):
            raise InvalidInput(f"“{name[:30]}”有 {counts.get(name, 0)} 个可抽，不能抽 {n} 个。", "quotas")
    if not plan.quotas:
        raise InvalidInput("请填写一共抽几个，或者每层抽几个。", "quotas")
    return dict(plan.quotas)


def _check(plan: Plan, people: list[dict[str, str]], day: date) -> None:
    if plan.per_target == 1:
        raise InvalidInput("每个对象至少两名检查人员。", "per_target")
    if plan.per_target and len(people) < plan.per_target:
        raise InvalidInput("可抽的检查人员不够：须选执法证当天有效的人员。", "inspectors")
    known = {person["id"] for person in people}
    for _, person, _ in plan.recusals:
        if person not in known:
            raise InvalidInput(f"参加抽取的人员里没有 {person[:20]}。", "recusals")
    if plan.source == "public":
        if len(plan.source_name) < 4:
            raise InvalidInput("请写明是哪一个公开数值，例如某一期彩票的开奖号码。", "source_name")
        if plan.source_on is None or plan.source_on <= day:
            raise InvalidInput("公开数值要在冻结以后才产生，请指定今天以后的日期。", "source_on")


def commit_witness(row: Draw, name: str, number: str, nonce: str, *, by: User, now: datetime) -> None:
    """A witness binds himself to a number; only the digest of number and code is kept.

    Errors: InvalidInput; RuleViolation when both are there already, or after the freeze.
    """
    require(row, ("draft",), "登记见证")
    known = row.plan["witnesses"]
    if row.plan["source"] != "witnesses" or len(known) >= WITNESSES:
        raise RuleViolation("见证人已经齐了，或者这次用公开数值。", CLAUSE, "请刷新页面，看看现在的状态。")
    name = sampling.plain(name.strip(), "见证人姓名")
    if any(one["name"] == name for one in known):
        raise InvalidInput("这位见证人已经登记过，请换一位。", "name")
    try:
        commit = draws.witness_commitment(number.strip(), nonce.strip())
    except InvalidInput as wrong:
        raise InvalidInput(wrong.message, "number") from wrong
    bound = {"name": name, "commit": commit, "committed_at": _moment(now)}
    row.plan = row.plan | {"witnesses": [*known, bound]}
    _log("witness", row, {"witness": [None, name], "commit": [None, commit]}, by, now)


def freeze(row: Draw, *, by: User, now: datetime) -> None:
    """Take a number, fix the frame, commit to a secret nonce; digest and commitment are public then."""
    require(row, ("draft",), "冻结")
    plan = row.plan
    if plan["source"] == "public" and plan["source_on"] <= clock.local_date(now).isoformat():
        raise RuleViolation("指定的公开数值今天就会产生，不能再冻结。", CLAUSE, "请改为以后的公开数值。")
    witnesses = plan["witnesses"] if plan["source"] == "witnesses" else []
    if plan["source"] == "witnesses" and len(witnesses) < WITNESSES:
        raise RuleViolation("还没有两位见证人登记，不能冻结。", CLAUSE, "请先由见证人登记各自的数。")
    year = clock.to_local(now).year
    row.year, row.sequence = year, next_number(f"draw:{row.organization_id}", year)
    row.number = f"{row.organization.code.upper()}-{year}-{row.sequence:03d}"
    nonce = secrets.token_hex(16)
    name = plan["source_name"] if plan["source"] == "public" else SOURCES["witnesses"]
    made = draws.freeze(
        row.number, row.purpose, plan["lines"], plan["quotas"], draws.commitment(nonce),
        draws.Source(draws.SourceKind(plan["source"]), name), _moment(now),
        inspectors=plan["inspectors"] if plan["per_target"] else (), exclusions=plan["exclusions"],
        witnesses=[draws.Witness(**one) for one in witnesses],
    )  # fmt: skip
    row.state, row.frozen_at = "frozen", now
    _store(row, made)
    db.session.flush()
    row.sealed_nonce = encrypt("draw", row.id, {"nonce": nonce})
    changes = {"frame_digest": [None, made.frame_digest], "commit": [None, made.commit]}
    _log("freeze", row, changes, by, now)


def ready(row: Draw, day: date) -> bool:
    """Whether nothing is missing any more but the values themselves."""
    if row.state != "frozen":
        return False
    return row.plan["source"] == "witnesses" or bool(row.plan["source_on"] <= day.isoformat())


def open_draw(
    row: Draw, numbers: Mapping[str, tuple[str, str]], public_value: str, *, by: User, now: datetime
) -> None:
    """Open the witnesses' (number, code) or take the public value, then draw targets and inspectors.

    Errors: RuleViolation before everything is there, or where a number is not the one that was committed to.
    """
    if not ready(row, clock.local_date(now)):
        raise RuleViolation(
            "还没有冻结，或者指定的公开数值还没有产生，不能抽取。",
            CLAUSE,
            "请先冻结并公布；指定公开数值的，等数值产生以后再抽取。",
        )
    opened = decrypt("draw", row.id, row.sealed_nonce)
    if opened is None:
        raise RuleViolation("承诺的随机数已不可读，这次抽取只能作废。", CLAUSE, "请作废后重新抽取。")
    made = export(row)
    for witness in made.witnesses:
        number, code = numbers.get(witness.name, ("", ""))
        try:
            made = draws.open_witness(made, witness.name, number.strip(), code.strip(), _moment(now))
        except InvalidInput as wrong:
            raise RuleViolation(wrong.message, CLAUSE, "请见证人核对后重新输入。") from wrong
    made = draws.run(made, opened["nonce"], public_value.strip(), _moment(now))
    if row.plan["per_target"]:
        for target in [key for stratum in made.strata for key in stratum.taken]:
            made = _team_up(row, made, target)
    row.state, row.drawn_at = "drawn", now
    _store(row, made)
    _log("drawn", row, {"seed": [None, made.seed]}, by, now)


def _team_up(row: Draw, made: draws.Draw, target: str) -> draws.Draw:
    """The inspectors of a drawn target, without those who have to keep away from it."""
    kept_away = {person: why for of, person, why in row.plan["recusals"] if of == target}
    return draws.team_up(made, target, row.plan["per_target"], kept_away)


def substitute(row: Draw, name: str, key: str, reason: str, *, by: User, now: datetime) -> None:
    """Somebody who was drawn is given up; the next in rank takes the place. Errors: InvalidInput."""
    require(row, ("drawn",), "替换")
    if len(reason) < 4:
        raise InvalidInput("请写明替换的理由，至少 4 个字。", "reason")
    made = draws.substitute(export(row), name, key, reason)
    by_whom = made.ranking(name).replaced[-1].by
    if row.plan["per_target"] and not made.ranking(name).target:
        made = _team_up(row, made, by_whom)
    _store(row, made)
    _log("substitute", row, {"target": [key, by_whom], "reason": [None, reason]}, by, now)


def void(row: Draw, reason: str, *, by: User, now: datetime) -> None:
    """A numbered draw that does not count; it stays listed with its reason.

    Errors: InvalidInput; RuleViolation while a plan rests on it.
    """
    require(row, ("frozen", "drawn"), "作废")
    if (plan := plans.plan_of_draw(row.id)) is not None:
        text = f"检查计划“{plan.label}”用的是这次抽取，不能作废。"
        raise RuleViolation(text, CLAUSE, "请先取消那个计划，或者按顺位替换。")
    if len(reason) < 4:
        raise InvalidInput("请写明作废的理由，至少 4 个字。", "reason")
    row.state, row.voided_at = "void", now
    _store(row, draws.void(export(row), reason, _moment(now)))
    _log("void", row, {"reason": [None, reason]}, by, now)


def _store(row: Draw, made: draws.Draw) -> None:
    row.record = draws.to_json(made)


def _moment(now: datetime) -> str:
    return clock.to_local(now).isoformat(timespec="milliseconds")


def require(row: Draw, states: tuple[str, ...], step: str) -> None:
    """Whether a draw is in one of these states. Errors: RuleViolation."""
    if row.state not in states:
        raise RuleViolation(
            f"这次抽取{STATES[row.state]}，不能{step}。", CLAUSE, "请刷新页面，看看现在的状态。"
        )


def _log(verb: str, row: Draw, changes: Mapping[str, Any], by: User, now: datetime) -> None:
    db.session.flush()
    subject = audit.Subject("draw", row.id, row.label)
    audit.record(f"draw.{verb}", subject=subject, by=by, now=now, changes=changes)

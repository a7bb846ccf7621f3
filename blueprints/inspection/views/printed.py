"""What the printed records of a draw and of a sample say: the fields of their papers."""

from __future__ import annotations

from typing import Any

from blueprints.inspection.models import Draw, RecordSample, SampledRecord
from blueprints.inspection.queries.draws import inspectors_of
from blueprints.inspection.service import drawing
from blueprints.inspection.service import sampling as service
from blueprints.inspection.views import sample_page
from blueprints.inspection.views.draw_page import labels_of, source_words
from blueprints.notices.service.papers import Paper
from core.clock import local_date
from domain import draws
from domain.sample_plans import CONFIDENCES, METHODS

SHOWN_OF_TICKET = 16
CHECKED = (
    "打开公开页面，下载抽取记录，用任何一台电脑的sha256sum和sort可以重新算出每一个票号和名次"
    "（摘要、承诺值、种子和票号都是SHA-256）。"
)  # fmt: skip


def draw_paper(row: Draw) -> Paper:
    """随机抽取记录 of a draw that is done. Errors: RuleViolation for one that is not."""
    drawing.require(row, ("drawn",), "印制抽取记录")
    made, plan = drawing.export(row), row.plan
    labels = labels_of(row, public=False)
    quotas = "、".join(f"{name}{n}个" for name, n in plan["quotas"].items())
    values = {
        "lot_number": row.number, "lot_title": row.title, "lot_purpose": row.purpose,
        "lot_frame": f"{drawing.KINDS[plan['kind']]}，共{len(made.frame)}个，排除{len(plan['exclusions'])}个",
        "lot_quota": quotas, "lot_frozen": sample_page.moment(row.frozen_at),
        "lot_drawn": sample_page.moment(row.drawn_at), "lot_digest": made.frame_digest,
        "lot_commit": made.commit, "lot_entropy": f"{source_words(row)}：{made.entropy}",
        "lot_witnesses": "、".join(one.name for one in made.witnesses), "lot_seed": made.seed,
        "lot_results": _taken(made, labels, _certificates(row)), "lot_exclusions": _excluded(made, labels),
        "lot_check": CHECKED,
    }  # fmt: skip
    return Paper("draw_record", row.organization.name, values, row.number or "")


def _certificates(row: Draw) -> dict[str, str]:
    day = local_date(row.drawn_at or row.drafted_at)
    wanted = [int(key[1:]) for key in row.plan["inspectors"]]
    return {one["id"]: one["certificate"] for one in inspectors_of(row.organization_id, wanted, day)}


def _taken(made: draws.Draw, labels: Any, certificates: dict[str, str]) -> list[list[str]]:
    teams = {team.target: team.current for team in made.teams}
    rows = []
    for stratum in made.strata:
        ranks = {ticket.id: (at, ticket.ticket) for at, ticket in enumerate(stratum.ranked, start=1)}
        for key in stratum.current:
            rank, ticket = ranks[key]
            people = "、".join(
                f"{labels.get(one, one)}（{certificates.get(one, one)}）" for one in teams.get(key, ())
            )
            name = f"{labels[key]}（{key}）" if labels.get(key) else key
            rows.append([name, stratum.name, str(rank), ticket[:SHOWN_OF_TICKET], people or "—"])
    return rows


def _excluded(made: draws.Draw, labels: Any) -> list[list[str]]:
    found = []
    for place, reason in made.exclusions.items():
        group, _, key = place.rpartition("|")
        found.append([f"{labels.get(key, key)}（{key}）", group.replace("INSP|", "回避："), reason])
    return found


def sample_paper(row: RecordSample) -> Paper:
    """原始记录抽样记录表 of a sample that was drawn. Errors: RuleViolation for one that was not."""
    service.require(row, ("working", "concluded"), "印制抽样记录表")
    made = service.export(row) if row.record else None
    deviating = sum(1 for record in row.records if record.failed)
    n = len(row.records)
    values = {
        "draw_number": row.number, "draw_enterprise": row.enterprise.name,
        "draw_frame": f"{sample_page.frame_words(row)}：{row.title}",
        "draw_population": f"{row.size['population']}件", "draw_size": f"{n}件",
        "draw_method": METHODS[row.plan["method"]], "draw_digest": row.frame_digest,
        "draw_entropy": f"{made.entropy_source.name}：{made.entropy}" if made else "全部查看，不抽取",
        "draw_witnesses": "、".join(one.name for one in made.witnesses) if made else "—",
        "draw_commit": made.commit if made else "", "draw_seed": made.seed if made else "",
        "draw_records": [_line(record) for record in row.records],
        "draw_results": [
            [one["text"], one["clause"] or "—", str(one["failed"]), one["bound"]]
            for one in sample_page.results(row)
        ],
        "draw_deviations": f"{deviating}件", "draw_rate": f"{deviating * 100 / n:.2f}%" if n else "—",
        "draw_confidence": CONFIDENCES.get(row.plan["rule"]["confidence"], ""),
        "draw_conclusion": _conclusion(row),
    }  # fmt: skip
    return Paper("sampling_record", row.organization.name, values, row.number or "")


def _line(record: SampledRecord) -> list[str]:
    words, _ = sample_page.standing(record)
    remarks = "；".join(given["remark"] for given in record.answers.values() if given.get("remark"))
    people = [one.name for one in (record.done_by, record.reviewed_by) if one is not None]
    note = "（扩大）" if record.extension else ""
    return [str(record.rank), record.stratum, f"{record.key}{note}", words, remarks, "、".join(people) or "—"]


def _conclusion(row: RecordSample) -> str:
    if not row.result:
        return "还没有作出结论。"
    said = [f"{one['text']}：{one['verdict']}" for one in sample_page.results(row)]
    return "\n".join([*said, sample_page.caution(row)])

"""Chinese words for recorded facts, so that a timeline can be read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from blueprints.complaints import facts
from core.clock import to_local

FIELD_LABELS = {
    "reason": "理由", "told_how": "告知方式", "told_at": "告知时间", "missing": "尚缺",
    "complete": "信息完整",
    "text": "内容", "way": "方式", "units": "责任单位", "requirement": "办理要求", "due_on": "要求完成",
    "investigator": "调查人", "findings": "核实情况", "evidence": "证据", "conclusion": "核实结论",
    "reasonable": "诉求合理", "service_class": "认定", "measures": "整改措施", "responsible": "责任人",
    "result": "结果", "proof": "佐证", "sanction": "对当事人的处理", "reported_to": "汇报对象",
    "person": "人员", "in_person": "亲自致歉", "accepted": "用户理解", "next_on": "下次沟通",
    "promises": "承诺事项", "verification": "核实情况", "rectification_result": "整改结果",
    "workdays": "工作日数", "satisfied": "满意度", "solved": "问题已解决", "remark": "说明",
    "nature": "事项性质", "significant": "重大事项", "level": "影响程度", "trigger": "触发情形",
    "judgement": "影响认定", "judged_by": "认定人", "reply_needed": "需要答复",
    "reply_promised_on": "承诺答复日期", "beyond_cap": "超过时限上限", "adoption": "采纳情况",
    "instruction": "批示", "number": "文号", "answer": "答复", "approve": "同意", "other": "关联诉求件",
    "kind": "类别", "retention": "保管期限", "digest": "卷宗校验值", "question": "需了解的问题",
    "received_how": "收到方式", "written": "书面材料", "enterprise": "被诉单位", "complex": "情况复杂",
    "incident": "停供事件", "restored_at": "恢复供应", "told_script": "已按话术告知",
    "round": "派单轮次", "ask": "申请", "asked_until": "希望延到", "decision": "来件单位答复",
    "decided_on": "答复日期", "new_due_on": "新期限", "levels": "用于", "received_at": "派单时间",
    "city_due": "市级时限", "district_due": "区级时限", "late_round": "先前的轮次补到",
    "body": "移送到", "basis": "依据", "limits": "时限", "received_on": "回执日期", "how": "怎样回来的",
    "held_at": "会商时间", "place": "地点", "chair": "主持人", "attendees": "参加人员",
    "liability": "责任认定", "reply": "议定的合并答复", "assisting": "协办单位",
    "notice": "进展告知", "unanswered": "未答复的原因", "addressed": "对象",
    "nothing_new": "没有新的事实和证据",
    "new_evidence": "新的事实或证据", "added": "增加的诉求人", "removed": "去掉的诉求人",
    "complainant": "诉求人", "representative": "代表", "headcount": "人数", "anonymous": "匿名",
    "confidential": "保密", "urgent": "紧急", "channel": "渠道", "category": "类别",
}  # fmt: skip
VALUE_LABELS: dict[str, dict[str, str]] = {
    "conclusion": facts.CONCLUSIONS,
    "service_class": facts.SERVICE_CLASSES,
    "nature": facts.NATURES,
    "satisfied": facts.SATISFACTION,
    "adoption": {"adopted": "采纳", "partly": "部分采纳", "not": "未采纳"},
    "kind": {"duplicate": "重复诉求", "follow_up": "后续诉求", "merged": "并案"},
    "decision": {"granted": "同意", "refused": "不同意"},
    "level": {"1": "一级", "2": "二级", "3": "三级"},
}
HIDDEN = frozenset({"restart", "submission_key", "investigator_id", "judged_by_id"})


def storable(value: Any) -> Any:
    """A form value as JSON keeps it."""
    if isinstance(value, datetime):
        return to_local(value).strftime("%Y年%-m月%-d日 %H:%M")
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return value


def value_words(field: str, value: Any) -> str:
    """One recorded value in words."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(str(v) for v in value)
    return VALUE_LABELS.get(field, {}).get(str(value), str(value))


def sentences(recorded: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, words) of the facts of a step, in the order in which they were recorded."""
    shown = ((f, v) for f, v in recorded.items() if f not in HIDDEN and v not in (None, "", []))
    return [(FIELD_LABELS.get(f, f), value_words(f, v)) for f, v in shown]

"""停供事件: a case becomes one of an incident's calls, leaves it again, or is closed with it (ADR 0024)."""

from __future__ import annotations

from blueprints.complaints.events import CaseAttached, CaseDetached
from blueprints.complaints.service import deadlines
from blueprints.complaints.service.engine import Act, effect
from core.events import publish
from domain.errors import InvalidInput, RuleViolation

ENDED_HOW = "incident"


@effect("attach_incident")
def attach_incident(act: Act) -> None:
    """The case is one of the incident's calls; `told`: its caller has heard the script on the telephone."""
    if act.case.incident_id is not None:
        raise RuleViolation("本件已经并入一个停供事件。", None, "并错了的，先移出，再并入。")
    wanted = int(act.data.get("incident") or 0)
    told = CaseAttached(act.case, wanted, act.by, act.now, bool(act.data.get("told")))
    publish(told)
    if not told.number:
        raise InvalidInput("请选择一个在开的停供事件。", "incident")
    act.case.incident_id = wanted
    act.record(incident=told.number, told_script=told.told or None)


@effect("detach_incident")
def detach_incident(act: Act) -> None:
    """The case is handled on its own again, for a reason."""
    reason = str(act.data.get("reason") or "").strip()
    if len(reason) < 5:
        raise InvalidInput("请写明理由（不少于 5 个字）。", "reason")
    if act.case.incident_id is None:
        raise RuleViolation("本件没有并入停供事件。", None, "请刷新页面再看。")
    publish(CaseDetached(act.case, act.by, act.now))
    act.record("reason")
    act.case.incident_id = None


@effect("close_by_incident")
def close_by_incident(act: Act) -> None:
    """随停供事件结案: as `close`, with what the caller was told. Many at once: `incident_closing`."""
    act.record("incident", "restored_at", "text")
    act.case.closed_at, act.case.ended_how = act.now, ENDED_HOW
    act.case.supervision_proposed = ""
    deadlines.void(act)
    deadlines.start_limit(act, "archive")

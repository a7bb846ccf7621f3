"""Pages of emergencies: the script and the number large, the minutes, who was alarmed, what is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from blueprints.accounts.models import Organization, User
from blueprints.complaints.people import hidden_from
from blueprints.complaints.service.completing import PIECES, known
from blueprints.hotline.models import EMERGENCIES, EmergencyAlarm
from blueprints.hotline.queries import emergencies as queries
from blueprints.hotline.safety import SCRIPTS, kinds_for
from blueprints.hotline.service import emergencies as service
from core.clocks import Clock
from core.privacy import mask_name, mask_phone
from core.screens import cell
from core.wording import moment_words

TONES = {"raised": "danger", "taken": "soon", "arrived": "open", "ended": "done", "false": "wait"}
HEADS = (
    "险情", "状态", ("接手用时", "num"), "谁接手", "到达", "结束", "单位", "诉求件",
)  # fmt: skip


def choices(enterprise: Organization | None) -> list[tuple[str, str]]:
    """Kinds of danger in the order of the enterprise's sector."""
    return kinds_for(enterprise.sectors[0] if enterprise else "", EMERGENCIES)


def repair_number(organization: Organization) -> tuple[str, str]:
    """(label, number) of what the caller can ring day and night."""
    if organization.repair_phone:
        return "24 小时抢修电话", organization.repair_phone
    return "服务热线", organization.hotline


def clock_view(alarm: EmergencyAlarm, clock: Clock | None, now: datetime) -> dict[str, Any]:
    """The minute clock: what is left or was needed, in words; `due` is for the own script (epoch seconds)."""
    if alarm.taken_at is not None:
        used = service.minutes_between(alarm.raised_at, alarm.taken_at)
        late = clock is not None and clock.state == "late"
        limit = f"（限 {clock.amount} 分钟）" if clock else ""
        words = f"{used} 分钟接手{limit}"
        return {"text": words, "tone": "danger" if late else "done", "due": None, "amount": 0}
    if alarm.state != "raised" or clock is None:
        return {"text": "不再计时", "tone": "done", "due": None, "amount": 0}
    left = int((clock.due_at - now).total_seconds())
    tone = "danger" if left <= 0 else "soon"
    return {
        "text": left_words(left),
        "tone": tone,
        "due": int(clock.due_at.timestamp()),
        "amount": clock.amount,
    }


def left_words(left: int) -> str:
    """还剩 4 分 30 秒 / 已超 2 分 10 秒"""
    minutes, seconds = divmod(abs(left), 60)
    return f"{'还剩' if left > 0 else '已超'} {minutes} 分 {seconds:02d} 秒"


def told_words(alarm: EmergencyAlarm) -> list[dict[str, str]]:
    """Who was alarmed as what, and when."""
    return [
        {
            "name": one["name"],
            "as": service.TOLD_AS.get(one["as"], ""),
            "at": moment_words(datetime.fromisoformat(one["at"])),
        }
        for one in alarm.told
    ]


def script_of(alarm: EmergencyAlarm) -> list[str]:
    """The published safety script, or the built-in one."""
    return queries.script_of(alarm.kind, alarm.organization, alarm.case.regulator_id) or list(
        SCRIPTS[alarm.kind]
    )


def pieces_of(alarm: EmergencyAlarm, by: User) -> list[dict[str, Any]]:
    """What is completed afterwards, as it is known; masked once the emergency is over."""
    values = known(alarm.case, by)
    if alarm.state not in queries.RUNNING:
        values |= {"name": mask_name(values["name"]), "phone": mask_phone(values["phone"])}
        values = {name: text if known(alarm.case, by)[name] else "" for name, text in values.items()}
    kept = ("name", "phone") if hidden_from(alarm.case, by) is not None else ()
    return [
        {"name": name, "label": label, "value": values[name], "long": name == "words"}
        for name, label in PIECES.items()
        if name not in kept
    ]


def course_of(alarm: EmergencyAlarm) -> list[dict[str, str]]:
    """Raised, taken over, arrived, ended: each with its moment."""
    rows = [
        ("报险", alarm.raised_at, alarm.raised_by.name),
        ("接手", alarm.taken_at, f"{alarm.taken_name} {alarm.taken_phone}".strip()),
        ("到达现场", alarm.arrived_at, ""),
        ("误报" if alarm.state == "false" else "处置结束", alarm.ended_at, alarm.result),
    ]
    return [
        {"what": what, "at": moment_words(at), "who": who} for what, at, who in rows if at is not None
    ]  # fmt: skip


def line(row: Any, now: datetime) -> list[Any]:
    """A line of the list."""
    limit = f"限 {row.amount} 分钟" if row.amount else ""
    if row.taken_at is not None:
        used = service.minutes_between(row.raised_at, row.taken_at)
        late = row.clock_state == "late"
        took = cell(f"{used} 分钟", tone="danger" if late else "done", note=limit)
    elif row.state == "raised":
        late = row.due_at is not None and row.due_at <= now
        passed = service.minutes_between(row.raised_at, now)
        urged = f"，已催 {row.urged} 次" if row.urged else ""
        took = cell(f"已过 {passed} 分钟", tone="danger" if late else "soon", note=f"{limit}{urged}")
    else:
        took = cell("—")
    return [
        cell(
            EMERGENCIES[row.kind],
            url=url_for("hotline.emergency_alarm", alarm_id=row.id),
            note=f"{moment_words(row.raised_at)} {row.place}".strip(),
        ),
        cell(service.STATES[row.state], tone=TONES[row.state]),
        took,
        row.taken_name or "—",
        moment_words(row.arrived_at) if row.arrived_at else "—",
        moment_words(row.ended_at) if row.ended_at else "—",
        row.short_name or row.name,
        row.number,
    ]


def figures_words(found: queries.Figures) -> str:
    """12 起险情，11 起按时接手（91.7%），1 起超时，0 起等人接手。"""
    rate = f"（{found.in_time / found.counted:.1%}）" if found.counted else ""
    return (
        f"共 {found.alarms} 起，按时接手 {found.in_time} 起{rate}，超时 {found.late} 起，"
        f"现在等人接手 {found.waiting} 起。"
    )

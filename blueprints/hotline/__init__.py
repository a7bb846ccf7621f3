"""A real week in the hotline room: emergencies by one tap, incidents with thousands of callers."""

from flask import Flask

ACTIONS: dict[str, str] = {
    "incident.open": "建立停供事件", "incident.draft": "起草更新", "incident.approve": "批准更新",
    "incident.reject": "退回更新", "incident.close": "批准结案", "incident.closed": "停供事件结束",
    "incident.start": "开始停供", "incident.cancel": "取消计划停供", "incident.attach": "批量并入来电",
    "incident.apart": "标记另行办理", "incident.told": "记录告知", "incident.export": "导出待告知名单",
}  # fmt: skip
ACTIONS |= {
    "hotline.alarm_raised": "报险", "hotline.alarm_taken": "接手险情",
    "hotline.alarm_arrived": "到达险情现场",
    "hotline.alarm_ended": "险情结束", "hotline.alarm_urged": "催接手险情", "case.complete": "补充险情情况",
}  # fmt: skip
SUBJECTS: dict[str, str] = {"incident": "停供事件", "emergency_alarm": "险情"}
FIELDS: dict[str, str] = {
    "person": "接手人",
    "minutes": "用时（分钟）",
    "urged": "催办次数",
    "update": "第几次更新",
    "script": "话术",
    "left": "留下另行办理",
    "remark": "意见",
    "pieces": "补充项目",
}


def register(app: Flask) -> None:
    """Routes, and what the feature's steps are called in the audit log."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.complaints.events import CaseAttached, CaseDetached, IncidentsWanted
    from blueprints.duty.service import register_open_items
    from blueprints.hotline import (
        emergency_commands,
        models,  # noqa: F401 - the tables are known from here on
    )
    from blueprints.hotline.routes import blueprint
    from blueprints.hotline.service.incident_calls import (
        on_case_attached,
        on_case_detached,
        on_incidents_wanted,
    )
    from blueprints.hotline.service.incident_closing import close_cases
    from blueprints.hotline.service.incidents import CLOSING_JOB
    from blueprints.hotline.service.open_now import open_emergencies, open_incidents
    from blueprints.hotline.views.emergency_pages import choices
    from core.events import subscribe
    from core.jobs import register_job

    app.register_blueprint(blueprint)
    app.cli.add_command(emergency_commands.emergencies)
    app.jinja_env.globals["emergency_kinds"] = choices
    register_open_items(open_emergencies)
    register_open_items(open_incidents)
    with app.app_context():
        subscribe(IncidentsWanted, on_incidents_wanted)
        subscribe(CaseAttached, on_case_attached)
        subscribe(CaseDetached, on_case_detached)
        register_job(CLOSING_JOB, close_cases)
    add_words(ACTIONS, SUBJECTS, FIELDS, {})

"""Cases (诉求件) from intake to archive, under the ruleset of each enterprise."""

from flask import Flask

AUDIT_WORDS = {
    "case.attach": "添加附件",
    "case.reveal": "查看诉求人信息",
    "case.people": "诉求人名单",
    "case.import": "批量导入",
    "case.export": "导出诉求件",
    "case.anonymise": "匿名化",
    "import.mapping": "保存列名对应",
    "import.mapping_dropped": "删除列名对应",
    "outside.export": "导出回填",
    "outside.type": "保存类型对应",
    "outside.type_dropped": "删除类型对应",
    "ledger.submit": "报送台账",
    "ledger.sample": "抽查台账",
    "demo.load": "载入演示数据",
}
SUBJECT_WORDS = {
    "case": "诉求件",
    "ledger": "台账",
    "import": "导入",
    "export": "导出",
    "import_mapping": "列名对应",
    "outside": "来件派单",
    "outside_type": "类型对应",
    "demo": "演示数据",
}
FIELD_WORDS = {
    "state": "状态",
    "step": "步骤",
    "type": "类型",
    "channel": "渠道",
    "file": "文件",
    "released": "不含身份信息",
    "complainants": "诉求人数",
    "sha256": "文件校验值",
    "rows": "行数",
    "imported": "导入",
    "redispatched": "并入重办",
    "rounds": "派单",
    "meaning": "对应",
    "duplicates": "重复",
    "conflicts": "冲突",
    "rejected": "退回",
    "on_error": "有错误时",
    "cases": "诉求件",
    "filters": "筛选条件",
    "in_full": "含诉求人",
    "reason": "理由",
    "columns": "列名对应",
}


def name_actions() -> None:
    """Tell the audit page what steps, states, types and channels are called."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.complaints.views.words import words_for
    from blueprints.complaints.workflow import STATE_NAMES

    words = words_for()
    steps = {f"case.{code}": name for code, name in words.actions.items()}
    add_words(AUDIT_WORDS | steps, SUBJECT_WORDS, FIELD_WORDS, STATE_NAMES | words.types | words.channels)


def register(app: Flask) -> None:
    """Routes, commands, and what the feature does when the calendar changes."""
    from blueprints.accounts.service.holdings import register_keeper
    from blueprints.complaints import commands_stats
    from blueprints.complaints.jobs import EXPORT, export_cases
    from blueprints.complaints.queries_handover import open_cases
    from blueprints.complaints.queries_wordings import SOURCE
    from blueprints.complaints.routes import blueprint
    from blueprints.complaints.service.access import follow_changes
    from blueprints.complaints.service.deadlines import on_calendar_changed, on_clock_moved
    from blueprints.complaints.service.holdings import KEEPER
    from blueprints.complaints.service.noticing import on_issued
    from blueprints.duty.service import register_open_items
    from blueprints.knowledge.service.sources import register_source
    from blueprints.notices.events import NoticeIssued
    from core.calendar_store import CalendarChanged
    from core.clocks import ClockMoved
    from core.events import subscribe
    from core.jobs import register_job

    app.register_blueprint(blueprint)
    register_open_items(open_cases)
    register_keeper(KEEPER)
    register_source(SOURCE)
    app.cli.add_command(commands_stats.complaints)
    with app.app_context():
        name_actions()
        follow_changes()
        subscribe(CalendarChanged, on_calendar_changed)
        subscribe(ClockMoved, on_clock_moved)
        subscribe(NoticeIssued, on_issued)
        register_job(EXPORT, export_cases)

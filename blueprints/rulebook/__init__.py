"""Rule systems as data: versions, local settings with their history, law limits, the calendar pages."""

from flask import Flask

AUDIT_WORDS = {
    "calendar.import": "录入放假安排",
    "calendar.override": "调整单日",
    "calendar.override.remove": "取消单日调整",
    "rulebook.setting": "修改本单位设定",
    "rulebook.law.adopt": "采用法定时限",
    "rulebook.law.add": "新增法定时限",
    "rulebook.law.change": "修改法定时限",
    "rulebook.law.active": "启停法定时限",
    "rulebook.legal.load": "载入内置依据",
    "rulebook.legal.add": "登记依据",
    "rulebook.legal.change": "修改依据",
    "rulebook.legal.status": "修改依据的状态",
    "rulebook.legal.article": "登记依据的条款",
}
SUBJECTS = {
    "calendar": "工作日历",
    "law_limit": "法定时限",
    "setting": "本单位设定",
    "legal_source": "依据",
}
FIELDS = {
    "issuer": "制定机关",
    "document_number": "文号",
    "effective_on": "施行日期",
    "repealed_on": "废止日期",
    "replaced_by": "由什么代替",
    "article": "条号",
    "allows": "可以作为",
    "note": "说明",
}


def register(app: Flask) -> None:
    """Rulesets (checked at start), routes and commands."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.rulebook.commands import calendar, rules
    from blueprints.rulebook.legal_commands import legal
    from blueprints.rulebook.routes import blueprint
    from blueprints.rulebook.service import load_rulesets

    load_rulesets(app)
    app.register_blueprint(blueprint)
    app.cli.add_command(calendar)
    app.cli.add_command(rules)
    app.cli.add_command(legal)
    add_words(AUDIT_WORDS, SUBJECTS, FIELDS)

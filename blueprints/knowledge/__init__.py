"""Reply templates, hotline scripts and safety scripts: versioned, searched, counted by use."""

from flask import Flask

ACTIONS: dict[str, str] = {
    "knowledge.proposed": "提出模板或口径",
    "knowledge.published": "发布模板或口径",
    "knowledge.rejected": "没有采用",
    "knowledge.changed": "改类别、条款",
    "knowledge.retired": "停用",
    "knowledge.reactivated": "重新启用",
    "knowledge.loaded": "载入随系统提供的内容",
}
SUBJECTS: dict[str, str] = {"knowledge_item": "知识库"}
FIELDS: dict[str, str] = {
    "edition": "第几版",
    "remark": "审定意见",
    "emergency": "险情",
    "sectors": "行业",
    "clause": "条款",
    "category": "内容类别",
    "title": "名称",
    "active": "在用",
}


def register(app: Flask) -> None:
    """Routes, and what the feature's steps are called in the audit log."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.knowledge import models  # noqa: F401 - the tables are known from here on
    from blueprints.knowledge.commands import knowledge
    from blueprints.knowledge.routes import blueprint

    app.register_blueprint(blueprint)
    app.cli.add_command(knowledge)
    add_words(ACTIONS, SUBJECTS, FIELDS, {})

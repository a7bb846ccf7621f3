"""Inspection (F5.3, F6): draws that anybody can recompute."""

from flask import Flask

ACTIONS = {
    "draw.new": "新建抽取",
    "draw.change": "修改抽取",
    "draw.freeze": "冻结名单并公布承诺值",
    "draw.witness": "见证人登记",
    "draw.drawn": "公开抽取",
    "draw.substitute": "替换抽取结果",
    "draw.void": "作废抽取",
    "inspector.certificate": "登记执法证",
}
SUBJECTS = {"draw": "双随机抽取", "inspector_certificate": "执法证"}
FIELDS = {
    "title": "名称",
    "frame_digest": "名单摘要",
    "commit": "承诺值",
    "witness": "见证人",
    "seed": "种子",
    "target": "对象",
    "reason": "理由",
    "valid_until": "有效期止",
}


def register(app: Flask) -> None:
    """Routes and commands."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.inspection import commands
    from blueprints.inspection.routes import blueprint

    app.register_blueprint(blueprint)
    app.cli.add_command(commands.draws)
    add_words(ACTIONS, SUBJECTS, FIELDS)

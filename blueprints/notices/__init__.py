"""Official notices (公文、文书): draft, review, signature, number, service, archive, verification."""

from flask import Flask

SUBJECT_WORDS = {
    "notice": "文书",
    "notice_template": "文书模板",
    "seal_use": "用印登记",
    "mail_entry": "收发文登记",
}
FIELD_WORDS = {
    "number": "文号",
    "content_sha256": "内容校验值",
    "sha256": "文件校验值",
    "pages": "页数",
    "method": "送达方式",
    "served_at": "送达时间",
    "due_on": "回复期限",
    "answered_at": "回复时间",
    "late": "逾期",
    "changed": "修改的项目",
    "version": "版本",
    "title": "标题",
    "body": "正文",
    "annex_title": "附件标题",
    "annex_body": "附件",
    "copies": "份数",
    "count": "件数",
    "approval": "依据",
    "seal": "印章图样",
    "signature": "签名证书",
    "oa_number": "OA 文号",
    "pdf_sha256": "存储文件的校验值",
    "handed_on": "领取日期",
    "taken_by": "领取人",
    "used_on": "用印日期",
    "corrects": "更正",
    "direction": "收发",
    "handler": "承办人",
}


def name_actions() -> None:
    """Tell the audit page what the steps and states of a notice are called."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.notices.workflow import ACTION_NAMES, STATE_NAMES
    from domain.notice_kinds import kinds

    actions = {f"notice.{code}": f"文书{name}" for code, name in ACTION_NAMES.items()}
    actions |= {
        "notice.template": "修改文书模板",
        "notice.organ_code": "设定机关代字",
        "notice.seal_upload": "上传印章图样",
        "notice.seal_switch": "更改是否印章",
        "notice.export": "导出发文登记",
        "notice.print": "合并打印文书",
        "notice.copies": "准备份数",
        "notice.copy": "登记份数和领取",
        "notice.scan": "上传盖章原件",
        "notice.oa_number": "登记 OA 文号",
        "notice.seal_use": "用印登记",
        "notice.mail": "收发文登记",
        "notice.mail_changed": "登记收发文的办理",
        "notice.print_queued": "排队打印",
        "notice.print_done": "标记已打印",
        "notice.print_cancelled": "取消打印",
    }
    names = {about.code: about.name for about in kinds()}
    add_words(actions, SUBJECT_WORDS, FIELD_WORDS, STATE_NAMES | names)


def register(app: Flask) -> None:
    """Routes, commands, and what the feature does when a clock moves."""
    from blueprints.accounts.service.holdings import register_keeper
    from blueprints.notices import commands
    from blueprints.notices.events import NoticeIssued
    from blueprints.notices.jobs import BATCH, take_batch
    from blueprints.notices.routes import blueprint
    from blueprints.notices.service.holdings import KEEPER
    from blueprints.notices.service.paper import on_issued
    from blueprints.notices.service.serving import on_clock_moved
    from core.clocks import ClockMoved
    from core.events import subscribe
    from core.jobs import register_job
    from core.signing import register_signing

    app.register_blueprint(blueprint)
    register_keeper(KEEPER)
    app.cli.add_command(commands.notices)
    register_signing(app)
    with app.app_context():
        name_actions()
        subscribe(ClockMoved, on_clock_moved)
        subscribe(NoticeIssued, on_issued)
        register_job(BATCH, take_batch)

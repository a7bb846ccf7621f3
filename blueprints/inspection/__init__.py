"""Inspection (F5.3, F6): draws that anybody can recompute, samples of original records."""

from flask import Flask

ACTIONS = {
    "draw.new": "新建抽取",
    "draw.change": "修改抽取",
    "draw.freeze": "冻结名单并公布承诺值",
    "draw.witness": "见证人登记",
    "draw.drawn": "公开抽取",
    "draw.substitute": "替换抽取结果",
    "draw.void": "作废抽取",
    "sample.new": "新建抽样",
    "sample.change": "修改抽样",
    "sample.freeze": "冻结抽样名单",
    "sample.drawn": "抽取记录",
    "sample.answer": "填写抽样底稿",
    "sample.review": "复核抽样底稿",
    "sample.return": "退回抽样底稿",
    "sample.extend": "扩大抽样",
    "sample.conclude": "作出抽样结论",
    "sample.void": "作废抽样",
    "checklist.draft": "起草检查表",
    "checklist.rename": "修改检查表名称",
    "checklist.change": "修改检查表草稿",
    "checklist.publish": "公布检查表",
    "checklist.retire": "停用检查表",
    "checklist.discard": "删除检查表草稿",
    "inspector.certificate": "登记执法证",
    "check.open": "开始现场检查",
    "check.declare": "声明利害关系",
    "check.substitute": "更换检查人员",
    "check.entries": "收到检查记录",
    "check.photo": "收到检查照片",
    "check.paper_scan": "保存扫描件",
    "check.paper_typed": "录入纸质检查表",
    "check.paper_entered": "录入完毕",
    "check.paper_checked": "核对录入",
    "check.paper_back": "退回录入",
    "check.begin_signing": "冻结检查内容",
    "check.resume": "退回修改检查内容",
    "check.sign": "签字",
    "check.signed": "签字完成",
    "check.review": "复核现场检查",
    "check.add": "补充说明",
    "check.void": "作废现场检查",
    "tablet.revoke": "停用检查平板",
    "plan.new": "新建检查计划",
    "plan.change": "修改检查计划",
    "plan.targets": "修改检查对象",
    "plan.submit": "报批检查计划",
    "plan.approve": "批准检查计划",
    "plan.return": "退回检查计划",
    "plan.finish": "结束检查计划",
    "plan.cancel": "取消检查计划",
    "plan.notice": "拟制检查通知书",
}
SUBJECTS = {
    "draw": "双随机抽取",
    "record_sample": "原始记录抽查",
    "inspector_certificate": "执法证",
    "finding": "检查发现的问题",
    "rectification": "整改",
    "checklist": "检查表",
    "inspection_plan": "检查计划",
    "site_check": "现场检查",
    "tablet": "检查平板",
}
FIELDS = {
    "entries": "记录",
    "conflict": "利害关系",
    "count": "条数",
    "content_sha256": "签字内容的校验值",
    "signed_by": "签字人",
    "review": "复核意见",
    "text": "内容",
    "sha256": "内容摘要",
    "item": "检查项目",
    "parts": "部分",
    "version": "版本",
    "name": "名称",
    "title": "名称",
    "frame_digest": "名单摘要",
    "kept": "冻结的记录",
    "key": "记录编号",
    "more": "增加件数",
    "deviations": "不合格",
    "commit": "承诺值",
    "witness": "见证人",
    "seed": "种子",
    "target": "对象",
    "draw": "抽取",
    "late": "超过时限",
    "reason": "理由",
    "valid_until": "有效期止",
    "clause": "条款",
    "facts": "事实",
    "basis": "依据",
    "basis_kind": "依据种类",
    "severity": "严重程度",
    "department": "责任部门",
    "repeat_of_id": "重复的问题",
    "findings": "列入的问题",
    "planned_on": "复查日期",
    "result": "结果",
    "left": "没有整改的问题",
    "level": "催办级别",
    "kind": "处理",
    "days": "工作日",
}


def register(app: Flask) -> None:
    """Routes and commands."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.accounts.service.holdings import register_keeper
    from blueprints.inspection import checklist_commands, commands, finding_commands
    from blueprints.inspection.routes import blueprint
    from blueprints.inspection.service.holdings import KEEPERS

    app.register_blueprint(blueprint)
    for keeper in KEEPERS:
        register_keeper(keeper)
    app.cli.add_command(commands.draws)
    app.cli.add_command(checklist_commands.checklists)
    app.cli.add_command(finding_commands.findings)
    add_words(ACTIONS, SUBJECTS, FIELDS)
    _register_findings(app)


def _register_findings(app: Flask) -> None:
    """What findings and their rectification do when a notice or a clock moves."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.inspection import workflow
    from blueprints.inspection.service import rectif_events as events
    from blueprints.notices.events import NoticeDiscarded, NoticeServed, NoticeVoided
    from core.clocks import ClockMoved
    from core.events import subscribe

    actions = {
        f"{subject}.{code}": name
        for subject in ("finding", "rectification")
        for code, name in workflow.ACTION_NAMES.items()
    }
    add_words(actions, values=workflow.FINDING_NAMES | workflow.NAMES)
    with app.app_context():
        subscribe(NoticeServed, events.on_served)
        subscribe(NoticeVoided, events.on_voided)
        subscribe(NoticeDiscarded, events.on_discarded)
        subscribe(ClockMoved, events.on_clock_moved)

"""Self-disclosure (F3.3): what enterprises must publish, have published, and how it was checked."""

from flask import Flask

ACTIONS = {
    "draft": "起草公开内容",
    "edit": "修改公开草稿",
    "retake": "重新取数",
    "file_added": "附上文件",
    "file_removed": "移除文件",
    "submit": "提交审核",
    "approve": "审核通过",
    "send_back": "退回修改",
    "publish": "登记公开",
    "replace": "被新版替换",
    "withdraw": "撤下",
    "verify": "核实公开内容",
    "find_deficient": "指出公开缺陷",
    "update_opened": "产生更新义务",
    "update_merged": "并入更新义务",
    "update_ended": "更新义务了结",
    "duty_added": "增加公开事项",
    "duty_ended": "终止公开事项",
    "claim_asked": "申请不适用",
    "claim_decided": "答复不适用申请",
    "claim_ended": "终止不适用",
    "profile": "填写公开指南",
}
SUBJECTS = {
    "disclosure_item": "公开事项",
    "update_duty": "更新义务",
    "added_duty": "增加的公开事项",
    "duty_claim": "不适用申请",
    "disclosure_profile": "公开指南",
}
FIELDS = {
    "edition": "版本",
    "state": "状态",
    "title": "标题",
    "body": "正文",
    "period": "期次",
    "file": "文件",
    "remark": "意见",
    "reason": "理由",
    "published_on": "公开日期",
    "content_sha256": "内容校验值",
    "checked": "核查",
    "deficiencies": "缺陷",
    "what": "事由",
    "due_on": "期限",
    "late": "逾期",
    "item": "事项",
    "ended_on": "终止日期",
    "answer": "答复",
    "since": "开始日期",
    "office": "公开机构",
    "address": "地址",
    "phone": "电话",
    "hours": "办公时间",
    "website": "网址",
    "applying": "申请公开的办法",
    "withheld": "不予公开的内容",
}
VALUES = {
    "verified": "已核实",
    "deficient": "有缺陷",
    "corrected": "已改正，待复核",
    "asked": "待答复",
    "agreed": "同意",
    "refused": "不同意",
    "ended": "已终止",
}


def register(app: Flask) -> None:
    """Routes, commands, and what the feature does when the register or a clock changes."""
    from blueprints.accounts.events import OrganizationChanged
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.disclosure import commands, models  # noqa: F401  its tables are known from here on
    from blueprints.disclosure.routes import blueprint
    from blueprints.disclosure.service.updating import (
        on_clock_moved,
        on_organization_changed,
        on_registry_changed,
    )
    from blueprints.registry.events import RegistryChanged
    from core.clocks import ClockMoved
    from core.events import subscribe

    app.register_blueprint(blueprint)
    app.cli.add_command(commands.disclosure)
    with app.app_context():
        add_words({f"disclosure.{code}": name for code, name in ACTIONS.items()}, SUBJECTS, FIELDS, VALUES)
        subscribe(OrganizationChanged, on_organization_changed)
        subscribe(RegistryChanged, on_registry_changed)
        subscribe(ClockMoved, on_clock_moved)

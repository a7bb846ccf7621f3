"""What the log calls the steps, subjects and fields of staff, rosters, visits and assisted handling."""

from __future__ import annotations

ACTIONS = {
    "staff_add": "登记员工",
    "staff_change": "修改员工",
    "staff_leave": "员工离岗",
    "staff_return": "员工恢复在岗",
    "staff_import": "批量导入员工",
    "certificate_add": "登记上岗证",
    "certificate_revoke": "注销上岗证",
    "training_add": "登记培训",
    "test_add": "登记考核",
    "shift_add": "排班",
    "shift_remove": "撤销班次",
    "visit_new": "预约上门",
    "visit_change": "改约",
    "visit_staff": "改派上门人员",
    "visit_arrive": "到达",
    "visit_end": "结束上门",
    "visit_cancel": "取消上门",
    "visit_missed": "未按约上门",
    "visit_absent": "用户未在家",
    "visit_rate": "用户评价",
    "visit_sheet": "打印上门日程",
    "assisted_new": "登记帮办代办",
    "assisted_end": "帮办代办办结",
    "forget": "匿名化",
}
SUBJECTS = {
    "staff": "员工",
    "staff_import": "员工导入",
    "certificate": "上岗证",
    "roster_shift": "窗口班次",
    "visit": "上门服务",
    "assisted_handling": "帮办代办",
    "day_sheet": "上门日程",
    "register": "服务登记",
}
FIELDS = {
    "badge": "工号",
    "post": "岗位",
    "team": "班组",
    "outlet_id": "网点编号",
    "outlet": "网点",
    "uniform_on": "制服发放",
    "left_on": "离岗日期",
    "number": "编号",
    "issuer": "发证单位",
    "valid_from": "有效期起",
    "valid_until": "有效期止",
    "revoked_on": "注销日期",
    "day": "日期",
    "subject": "内容",
    "points": "得分",
    "added": "新增",
    "changed": "更新",
    "purpose": "事项",
    "slot": "预约时段",
    "agreed": "约定",
    "staff": "人员",
    "staff_member": "人员",
    "time": "时间",
    "arrived_at": "到达时间",
    "ended_at": "结束时间",
    "late_minutes": "迟到分钟",
    "breach": "违约",
    "breach_reason": "违约情形",
    "consent": "用户同意",
    "side": "提出方",
    "outcome": "结果",
    "rating": "评价",
    "scope": "代办范围",
    "visits": "上门",
    "assisted": "帮办代办",
    "requests": "服务请求",
}
VALUES = {
    "agreed": "待上门", "arrived": "已到达", "done": "已完成", "cancelled": "已取消", "missed": "未上门",
    "enterprise": "企业", "user": "用户", "window": "窗口人员", "service": "客服人员", "meter": "抄表人员",
    "construction": "施工人员", "repair": "维修人员",
}  # fmt: skip


def name_actions() -> None:
    """Tell the audit page."""
    from blueprints.accounts.service.audit_words import add_words

    add_words({f"registry.{verb}": name for verb, name in ACTIONS.items()}, SUBJECTS, FIELDS, VALUES)

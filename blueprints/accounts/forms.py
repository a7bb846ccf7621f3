"""Forms of the account pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from blueprints.accounts.models import KINDS, SECTORS
from core.authz import ROLE_NAMES, Role
from core.forms import BaseForm, CheckboxListField, LocalDateField, LocalDateTimeField
from domain.errors import InvalidInput, RuleViolation

ROLE_NOTES = {
    Role.REGULATOR_CLERK: "登记、受理、转办诉求，导入导出",
    Role.REGULATOR_SUPERVISOR: "督办、审核企业报送的办理结果",
    Role.INSPECTOR: "查看诉求和台账，现场检查",
    Role.REGULATOR_LEADER: "批示、审批、结案，设定本单位的值",
    Role.DISPATCHER: "登记、分派诉求，报送台账",
    Role.HANDLER: "调查、核实、整改、答复",
    Role.ENTERPRISE_LEADER: "批示、致歉、审批，设定本单位的值",
    Role.DISCLOSER: "信息公开",
    Role.ACCOUNT_MANAGER: "只管理本单位的账号",
    Role.SYSTEM_ADMIN: "三员之一：单位、账号、工作日历",
    Role.SECURITY_ADMIN: "三员之一：授予和收回角色",
    Role.AUDIT_ADMIN: "三员之一：查看和核验审计日志",
}


def role_choices(roles: Iterable[Role]) -> list[tuple[str, str]]:
    """Choices of a list of roles, each with what it may do."""
    return [(role.value, f"{ROLE_NAMES[role]}（{ROLE_NOTES[role]}）") for role in roles]


def id_or_none(value: Any) -> int | None:
    """The value of a select of rows: empty means none."""
    return int(value) if value not in (None, "", "None") else None


def show_refusal(form: Any, refusal: InvalidInput | RuleViolation) -> int:
    """Put a service's refusal where it belongs in the form; returns the HTTP status to answer with."""
    if isinstance(refusal, InvalidInput):
        field = form._fields.get(refusal.field or "")
        if field is not None:
            field.errors = [*field.errors, refusal.message]
        else:
            form.form_errors.append(refusal.message)
        return 422
    form.form_errors.append(refusal.message + (refusal.next_step or ""))
    return 409


class SignInForm(BaseForm):
    """Login name and password."""

    login = StringField("用户名", [DataRequired(), Length(max=64)])
    password = PasswordField("密码", [DataRequired()])


class PasswordForm(BaseForm):
    """The person's own new password."""

    old = PasswordField("原密码", [DataRequired()])
    password = PasswordField("新密码", [DataRequired()])
    again = PasswordField(
        "再输入一次新密码", [DataRequired(), EqualTo("password", "两次填写的新密码不一致。")]
    )


class PersonForm(BaseForm):
    """An account; which of the fields stand in it depends on the office of the person at the page."""

    version = HiddenField()
    login = StringField("用户名", [DataRequired(), Length(max=48)])
    name = StringField("姓名", [DataRequired(), Length(max=32)])
    organization_id = SelectField("单位", coerce=id_or_none, choices=[])
    department_id = SelectField("部门", coerce=id_or_none, choices=[])
    phone = StringField("办公电话", [Optional(), Length(max=32)])
    email = StringField("电子邮箱", [Optional(), Length(max=128)])
    roles = CheckboxListField("角色", choices=[])


class RolesForm(BaseForm):
    """The roles of one person; `seen` is what the page showed, to notice somebody else's change."""

    seen = HiddenField()
    roles = CheckboxListField("角色", choices=[])


class DelegationForm(BaseForm):
    """Roles lent to somebody for a while."""

    principal_id = SelectField("授权人", [DataRequired()], choices=[])
    delegate_id = SelectField("被授权人", [DataRequired("请选择被授权人。")], choices=[])
    kind = RadioField("类别", [DataRequired()], choices=[], default="ab")
    roles = CheckboxListField("授出的角色", [DataRequired("至少选一个角色。")], choices=[])
    begins_at = LocalDateTimeField("开始", [DataRequired()])
    ends_at = LocalDateTimeField("结束", [DataRequired()])
    reason = StringField("事由", [DataRequired(), Length(max=300)], description="例如：出差、休假、学习。")
    document = StringField(
        "依据文件", [Optional(), Length(max=128)], description="有授权书、会议纪要的，填写名称和文号。"
    )


class SubstituteForm(BaseForm):
    """The B role of a person."""

    substitute_id = SelectField("B角", coerce=id_or_none, choices=[])


class OrganizationForm(BaseForm):
    """A regulator or an enterprise."""

    version = HiddenField()
    kind = RadioField("类别", [DataRequired()], choices=KINDS)
    code = StringField("代号", [DataRequired(), Length(max=16)])
    name = StringField("全称", [DataRequired(), Length(max=60)])
    short_name = StringField("简称", [Optional(), Length(max=16)])
    sectors = CheckboxListField("行业", choices=SECTORS)
    ruleset_code = SelectField("执行制度", choices=[], default="")
    hotline = StringField("服务热线", [Optional(), Length(max=32)])
    repair_phone = StringField("24小时抢修电话", [Optional(), Length(max=32)])
    area = StringField("所在片区", [Optional(), Length(max=64)])
    active = BooleanField("启用", default=True)


class JurisdictionForm(BaseForm):
    """Who supervises a sector in an area."""

    sector = SelectField("行业", [DataRequired()], choices=list(SECTORS.items()))
    area = StringField("片区", [Length(max=64)], description="留空：其他各处。和企业所在片区一致。")
    regulator_id = SelectField("主管部门", [DataRequired()], choices=[])
    basis = StringField("依据", [Optional(), Length(max=300)], description="例如三定方案、区政府文件。")


class NewDepartmentForm(BaseForm):
    """A department's name."""

    name = StringField("部门名称", [DataRequired(), Length(max=32)])


class DepartmentForm(NewDepartmentForm):
    """A department's name and whether it is in use."""

    active = BooleanField("在用")


class FilterForm(BaseForm):
    """Base of the forms in filter bars: read from the address, no token."""

    class Meta(BaseForm.Meta):
        csrf = False

    submission_key = None


class PeopleFilterForm(FilterForm):
    """Which accounts a list shows."""

    q = StringField("姓名或用户名", [Length(max=64)])
    organization = SelectField("单位", coerce=id_or_none, choices=[])
    role = SelectField("角色", choices=[], default="")
    state = SelectField(
        "状态",
        default="",
        choices={"": "全部", "active": "启用", "fresh": "未首次登录", "disabled": "已停用"},
    )


class AuditFilterForm(FilterForm):
    """Which entries of the audit log are shown."""

    person = StringField("人员", [Length(max=64)])
    action = StringField("动作", [Length(max=64)])
    kind = SelectField("对象类别", choices=[], default="")
    subject = StringField("对象名称", [Length(max=128)])
    since = LocalDateField("从", [Optional()])
    until = LocalDateField("到", [Optional()])

"""Who is on duty (值班), how a shift hands over (交接班), and what somebody who leaves hands over (交接)."""

from flask import Flask

ACTIONS: dict[str, str] = {
    "duty.shift_added": "排班",
    "duty.shift_changed": "修改班次",
    "duty.shift_removed": "撤销班次",
    "duty.shifts_planned": "按规律排班",
    "duty.handover_given": "交班",
    "duty.handover_taken": "接班",
    "duty.handover_returned": "退回交班",
}
SUBJECTS: dict[str, str] = {"duty_shift": "值班班次", "shift_handover": "交接班"}
FIELDS: dict[str, str] = {
    "people": "值班人员",
    "leader": "带班领导",
    "begins_at": "上班",
    "ends_at": "下班",
    "items": "未了事项",
}


def register(app: Flask) -> None:
    """Routes, and what the feature's steps are called in the audit log."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.accounts.service.holdings import register_keeper
    from blueprints.duty import models  # noqa: F401 - the tables are known from here on
    from blueprints.duty.routes import blueprint
    from blueprints.duty.service.holdings import KEEPER

    app.register_blueprint(blueprint)
    register_keeper(KEEPER)
    add_words(ACTIONS, SUBJECTS, FIELDS, {})

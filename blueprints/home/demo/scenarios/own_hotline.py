"""What the power and gas companies received on their own hotlines; the regulator sees ledgers (F5.2)."""

from __future__ import annotations

from typing import Any

from blueprints.home.demo import asides
from blueprints.home.demo.course import DAY, HOUR, Course
from blueprints.home.demo.scenarios.handed_over import theme_of

HOTLINES = {"gd": "power_hotline", "rq": "gas_hotline"}


def own(company: str, title: str, channel: str = "", **facts: Any) -> Course:
    """A case that the company received itself."""
    theme = theme_of(company, title)
    return Course(company, company, theme, channel or HOTLINES[company], **facts)


def inquiries() -> list[Course]:
    """Answered at once or asked on (F3.4)."""
    return [
        own("gd", "峰谷电价", wait=9),
        own("rq", "过户需要").accept(gap=5),
        own("gd", "电表怎么更名", wait=HOUR).ask(),
        own("rq", "报警器一直响").ask().give_answer(),
        own("gd", "电费发票").ask().give_answer().reply(who="gd-dispatcher", text=lambda w: str(w.answer)),
        own("rq", "改位置怎么申请").answer_now().call_back(),
        own("gd", "充电桩", wait=DAY).answer_now().call_back().close(),
        own("rq", "阶梯气价", wait=2 * DAY).answer_now().call_back(satisfied="unreachable").close().archive(),
    ]


def suggestions() -> list[Course]:
    """To the leader and back."""
    return [
        own("rq", "安排在周末", "enterprise_hotline").accept(),
        own("gd", "微信提醒", "online").accept().refer(),
        own("rq", "写清楚恢复时间").accept().refer().instruct(),
        own("gd", "自助缴费终端").accept().refer().instruct(adoption="partly").reply_adopted("partly"),
        own("rq", "统一更换软管", "online", anonymous=True).accept().refer(needed=False).instruct().close(),
        own("gd", "老旧小区的进户线", wait=3 * DAY).accept().refer().instruct(adoption="not")
        .reply_adopted("not").call_back().close().archive(),
    ]  # fmt: skip


def complaints() -> list[Course]:
    """Complaints and requests for help."""
    taken = own("rq", "处理结果与实际", wait=HOUR).to_work().investigate()
    return [
        own("gd", "树枝压在", wait=20),
        own("rq", "软管被老鼠").answer_now(),
        own("gd", "电表箱门").to_work().investigate(),
        own("rq", "独居", "enterprise_hotline").to_work().investigate().verify(conclusion="unsubstantiated"),
        own("gd", "本月电费", wait=DAY).to_work().investigate().verify(conclusion="unsubstantiated")
        .reply_unfounded(),
        own("rq", "燃气费比去年", wait=DAY).to_work().investigate().verify(conclusion="partly").rectify(),
        own("rq", "长时间打不通").to_work().investigate().verify().put_right().reply().call_back(),
        asides.take_up(taken, "jxw"),
        asides.withdraw(own("gd", "提前关门", "oral"), True),
    ]  # fmt: skip

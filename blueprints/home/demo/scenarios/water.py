"""The water company under its own rules (Q), and what the water regulator handed over to it."""

from __future__ import annotations

from typing import Any

from blueprints.home.demo import asides
from blueprints.home.demo.course import DAY, HOUR, Course
from blueprints.home.demo.scenarios.handed_over import theme_of


def own(title: str, channel: str = "department_phone", **facts: Any) -> Course:
    """A case that the water company received itself."""
    return Course("gs", "gs", theme_of("gs", title), channel, **facts)


def over(title: str, channel: str = "hotline_12345", **facts: Any) -> Course:
    """A case that the water regulator received."""
    return Course("gs", "swj", theme_of("gs", title), channel, **facts)


def lapse(title: str, **facts: Any) -> Course:
    """Substantiated, put right with the apology, answered."""
    return own(title, **facts).to_work().investigate(gap=HOUR).verify().put_right().reply()


def unfounded(title: str, **facts: Any) -> Course:
    """Nothing found, explained, answered."""
    course = own(title, **facts).to_work().investigate(gap=HOUR).verify(conclusion="unsubstantiated")
    return course.explain(accepted=False).reply_unfounded()


def complaints() -> list[Course]:
    """The main line, stopped at each state (Q3.1, Q6)."""
    return [
        own("发黄", "dispatch_center", wait=18),
        own("夜间施工", "department_visit", wait=HOUR).ask_for("施工地点的具体路段"),
        own("水压低", "dispatch_center", wait=25).accept(gap=10),
        own("污水井", wait=HOUR).to_work(),
        own("一直没有人来", "dispatch_center").to_work(desks=(0, 1)).investigate(gap=HOUR).verify(gap=200),
        own("窗口工作人员").to_work().investigate(gap=HOUR),
        own("抄表员索要", "department_visit").to_work().investigate(gap=HOUR).verify(),
        own("不穿工装").to_work().investigate(gap=HOUR).verify(),
        own("水费异常").to_work().investigate(gap=HOUR).verify().rectify(days=3),
        own("井盖没有盖好").to_work().investigate(gap=HOUR).verify().rectify().complete(gap=2 * HOUR),
        lapse("窗口工作人员", wait=DAY),
        lapse("不穿工装").call_back(),
        lapse("发黄", channel="online_media").call_back(satisfied="fair").close(),
        lapse("抄表员索要", wait=4 * DAY).call_back().close().archive(),
        own("宽带网络").decline(gap=30),
        asides.withdraw(own("追缴水费"), True),
    ]


def talks() -> list[Course]:
    """Talks that are kept open (Q6.2); one of them comes back within three days."""
    return [
        unfounded("追缴水费").talk().talk().shelve(2),
        unfounded("水费异常").talk().talk().shelve(25).call_back(satisfied="dissatisfied", solved=False),
        unfounded("窗口工作人员").talk(),
    ]


def reports() -> list[Course]:
    """举报: the reporter stays confidential (Q2)."""
    return [
        own("私接消防栓", anonymous=True, wait=3 * HOUR).to_work(),
        own("用水性质混用").to_work().investigate(gap=HOUR).verify().rectify(days=5),
        own("偷工减料", "dispatch_center", anonymous=True, wait=2 * DAY).to_work().investigate().verify()
        .put_right().close(),
    ]  # fmt: skip


def other_types() -> list[Course]:
    """Inquiries and suggestions (Q3.2, Q3.3)."""
    return [
        own("阶梯水价", wait=6),
        own("水垢", "dispatch_center").answer_now(gap=4).call_back(),
        own("滞纳金", wait=HOUR).ask(gap=5),
        own("管网改造什么时候").ask(gap=5).give_answer(gap=HOUR),
        own("水表过户", wait=DAY).answer_now(gap=4).call_back().close(),
        own("增设缴费点").accept(gap=10).refer(),
        own("末端水质", "department_written").accept().refer().instruct(),
        own("增设缴费点", wait=DAY).accept().refer().instruct().reply_adopted(),
        own("夜间施工", anonymous=True, channel="department_visit").accept().refer(needed=False)
        .instruct(adoption="partly").close(),
    ]  # fmt: skip


def handed_over() -> list[Course]:
    """12345 and the regulator: reported back and reviewed; by day; level one."""
    worked = over("污水井", wait=DAY).to_work().investigate(gap=HOUR).verify().put_right().reply()
    sent_back = over("一直没有人来").to_work().investigate(gap=HOUR).verify().put_right().reply().report()
    level = asides.to_level_one(over("发黄", people=120, due=(5, 2)).to_work().investigate(gap=HOUR))
    return [
        over("投诉答复避重就轻", wait=HOUR).accept().dispatch(),
        worked.report(),
        sent_back.send_back(),
        over("水压低", due=(5, -2)).to_work().investigate(gap=HOUR),
        over("井盖没有盖好", due=(5, 0)).to_work().investigate(gap=HOUR),
        over("追缴水费", "regulator_transfer", due=(5, 1)).to_work(),
        asides.supervise(level, gap=HOUR),
        asides.urge(over("水费异常", due=(5, 1)).to_work(), gap=3 * DAY),
        over("停水没有通知").to_work().investigate(gap=HOUR).verify().put_right().reply().report().review(),
    ]


def surge() -> list[Course]:
    """Like cases at one place within a day, whatever the hour: a main has burst."""
    hours = (19, 17, 14, 11, 9, 6)
    courses = [
        own("停水没有通知", "dispatch_center", place="示例庭院", fresh=60 * h, key="burst" if h == 19 else "")
        for h in hours
    ]
    for course in courses[:3]:
        course.accept(gap=15).dispatch(gap=10)
    return courses

"""What the power and gas regulator received and handed over, one case in each state and turn (F1 to F5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from blueprints.home.demo import asides
from blueprints.home.demo.course import DAY, HOUR, SECTORS, Course
from blueprints.home.demo.texts import Theme, themes


def theme_of(company: str, title: str) -> Theme:
    """The theme of a company whose title holds these words."""
    return next(t for t in (*themes(SECTORS[company]), *themes("declined")) if title in t.title)


def case(company: str, title: str, channel: str = "hotline_12345", **facts: Any) -> Course:
    """A case that the regulator received."""
    return Course(company, "jxw", theme_of(company, title), channel, **facts)


def found(company: str, title: str, **facts: Any) -> Course:
    """Substantiated and put right."""
    return case(company, title, **facts).to_work().investigate().verify().put_right()


def answered(company: str, title: str, **facts: Any) -> Course:
    """The same, with the answer to the person."""
    return found(company, title, **facts).reply()


def again(course: Course) -> Course:
    """One more round of work after a reopening."""
    return course.investigate().verify().put_right().reply().report().review()


def on_the_way() -> list[Course]:
    """The main line, stopped at each state."""
    return [
        case("gd", "电压低", wait=35),
        case("rq", "管道被违章", "written", people=9, significant=True).ask_for("书面投诉材料", written=True),
        case("gd", "本月电费", wait=30).accept(),
        case("rq", "长时间打不通", "regulator_hotline", wait=50).accept().dispatch(),
        case("gd", "提前关门", wait=3 * HOUR).to_work(),
        case("rq", "迟到还改期").to_work().investigate(),
        case("gd", "迟迟不到场").to_work().investigate().verify(),
        case("rq", "火苗小").to_work().investigate().verify().rectify(days=6),
        found("gd", "没有告知底数"),
        answered("rq", "收费不透明"),
        answered("gd", "没有提前通知").report(),
        answered("rq", "推销").report().review(),
        answered("gd", "路面没有恢复").report().review().call_back(satisfied="fair"),
        answered("rq", "通气申请").report().review().call_back().close(),
        answered("gd", "电线杆倾斜").finish(),
        case("gd", "装修公司").decline(),
        case("rq", "宽带网络", "regulator_hotline", wait=6 * DAY).decline().archive(),
    ]


def industry() -> list[Course]:
    """Industry management: the regulator itself answers (F5.1)."""
    asked = case("gd", "转供电加价").to_work().investigate().verify().put_right()
    reviewed = case("rq", "初装费", people=6).to_work().investigate().verify().put_right().report().review()
    done = case("gd", "转供电加价", wait=5 * DAY).to_work().investigate().verify().put_right().report()
    return [asked, reviewed, done.review().reply(who="jxw-clerk").call_back().close()]


def urgent() -> list[Course]:
    """Urgent action waits for no paper (F4.2)."""
    leak = case("rq", "燃气味", significant=True, wait=HOUR, delta=timedelta(minutes=6)).urgent()
    hurt = case("gd", "突然高电压", significant=True, wait=2 * HOUR).urgent()
    waived = hurt.then("waive_written", "jxw-leader", 20, lambda s: {"reason": "情况紧急，先行受理。"})
    return [
        leak.ask_for("书面情况说明", written=True),
        waived.accept().assign(desks=(1,)),
    ]


def turned_back() -> list[Course]:
    """Sent back, dissatisfied, returned by a department, urged."""
    back = answered("gd", "上次投诉没有人回复").report().send_back()
    reopened = answered("rq", "处理结果与实际").report().review()
    reopened.call_back(satisfied="dissatisfied", solved=False)
    twice = again(answered("gd", "一周内多次停电").report().review().call_back(
        satisfied="dissatisfied", solved=False,
    ).slower(0.5))  # fmt: skip
    twice.call_back(satisfied="dissatisfied", solved=False)
    later = answered("rq", "比去年同期", wait=3 * HOUR).report().review().call_back().close()
    later.then("reopen", "jxw-clerk", 2 * DAY, lambda s: {"reason": "诉求人补交了旧表照片，重新核实。"})
    return [
        back,
        reopened,
        twice,
        later,
        asides.give_back(case("gd", "电压低").to_work(), None),
        asides.give_back(case("rq", "火苗小").to_work(), False),
        asides.give_back(case("gd", "路面没有恢复").to_work(), True),
    ]


def approvals() -> list[Course]:
    """What somebody else decides."""
    open_request = case("gd", "本月电费", wait=HOUR).to_work().investigate()
    long_one = case("gd", "电压低", wait=HOUR).to_work().investigate()
    return [
        asides.withdraw(case("rq", "停气没有"), True),
        asides.withdraw(case("gd", "提前关门"), False),
        asides.extend(open_request, False),
        asides.extend(long_one, True),
        asides.suspend(case("gd", "本月电费").to_work().investigate(), True),
        asides.suspend(case("rq", "比去年同期").to_work().investigate(), False),
    ]


def overseen() -> list[Course]:
    """Supervision, level one, urging."""
    level = asides.to_level_one(case("rq", "停气没有", people=8).to_work())
    lifted = asides.answer_supervision(asides.supervise(case("rq", "火苗小").to_work().investigate()))
    lifted.verify().put_right().reply().report().review()
    urged = case("rq", "收费不透明", due=(10, -2)).to_work().investigate()
    return [
        asides.supervise(case("gd", "欠费停电", due=(10, -4)).to_work().investigate(), gap=11 * DAY),
        asides.answer_supervision(asides.supervise(case("gd", "一周内多次停电").to_work().investigate())),
        asides.lift(lifted),
        asides.supervise(level.investigate(), gap=HOUR),
        asides.to_level_one(case("gd", "突然高电压").to_work(), gap=DAY),
        asides.urge(asides.urge(urged, gap=5 * DAY)),
    ]


def by_day() -> list[Course]:
    """Overdue, due today, due soon, accepted too late."""
    return [
        case("rq", "迟到还改期", due=(10, -3)).to_work().investigate(),
        case("gd", "没有告知底数", due=(10, 0)).to_work().investigate(),
        case("rq", "通气申请", due=(10, 0)).to_work(),
        case("gd", "迟迟不到场", due=(10, 2)).to_work().investigate().verify(),
        case("rq", "推销", "regulator_hotline", due=(1, -1)),
        case("gd", "老旧小区的进户线", "online", due=(10, 1)).accept().dispatch(),
    ]


def linked() -> list[Course]:
    """Duplicates, a follow-up, two that were merged (one main case answered, one not)."""
    main = case("rq", "停气没有", key="gas-stop", place="示例雅居").to_work().investigate().slower(0.6)
    done = answered("gd", "没有提前通知", key="power-stop", place="示例新城", wait=2 * DAY)
    later = case("gd", "没有提前通知", "online", place="示例新城")
    same = case("rq", "停气没有", "online", place="示例雅居", wait=HOUR)
    return [
        main,
        asides.merge(case("rq", "停气没有", "regulator_hotline", place="示例雅居"), "gas-stop", gap=40),
        done,
        asides.merge(case("gd", "没有提前通知", place="示例新城", wait=3 * DAY), "power-stop", gap=40),
        asides.link(later.accept(), "power-stop", "follow_up"),
        asides.link(same, "gas-stop", "duplicate", gap=15),
        asides.correct(case("gd", "本月电费", "oral", wait=HOUR)).accept(),
    ]


def other_types() -> list[Course]:
    """Inquiries, requests for help and suggestions that reached the regulator."""
    asked = case("rq", "阶梯气价").accept().dispatch()
    suggested = case("gd", "自助缴费终端", "written").accept().dispatch()
    return [
        case("gd", "阶梯电价", "regulator_hotline").answer_now(),
        asked.ask(),
        case("gd", "充电桩").accept().dispatch().answer_now(who="gd-dispatcher").report().review(),
        suggested.refer(),
        case("rq", "软管被老鼠").to_work(),
        case("gd", "病人使用制氧机", "regulator_hotline").answer_now().call_back(),
    ]

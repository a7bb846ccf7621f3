"""The rest of the year: ordinary cases of all kinds, most of them long in the archive."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from blueprints.home.demo import asides
from blueprints.home.demo.course import DAY, SECTORS, Course
from blueprints.home.demo.texts import themes

COMPANIES = ("gd", "rq", "gs")
REGULATOR = {"gd": "jxw", "rq": "jxw", "gs": "swj"}
CHANNELS = {
    "jxw": ("hotline_12345", "hotline_12345", "regulator_hotline", "written", "online", "media", "oral"),
    "swj": ("hotline_12345", "hotline_12345", "regulator_transfer"),
    "gd": ("power_hotline", "power_hotline", "enterprise_hotline", "online", "oral"),
    "rq": ("gas_hotline", "gas_hotline", "enterprise_hotline", "online", "written"),
    "gs": (
        "dispatch_center", "dispatch_center", "department_phone", "department_visit", "department_written",
        "online_media",
    ),
}  # fmt: skip
TYPE_WEIGHTS = {"complaint": 60, "inquiry": 22, "help_request": 10, "suggestion": 6, "report": 4}
LATE_REASONS = (
    "系统检修停机，恢复后补登。",
    "值班室手工记录，次日未能及时录入，现补登。",
    "纸质信件在收发室积压，现补登。",
)


def ordinary(rng: Random) -> Course:
    """A case as they come every day."""
    company = rng.choice(COMPANIES)
    home = REGULATOR[company] if rng.random() < 0.5 else company
    bank = themes(SECTORS[company])
    theme = rng.choices(bank, [TYPE_WEIGHTS[t.type] for t in bank])[0]
    course = Course(company, home, theme, rng.choice(CHANNELS[home]))
    if rng.random() < 0.04:
        course.theme = rng.choice(themes("declined"))
        return course.decline().archive()
    _receipt(course, rng)
    {"inquiry": _inquiry, "suggestion": _suggestion}.get(theme.type, _complaint)(course, rng)
    pace = rng.uniform(0.5, 1.1) if rng.random() < 0.9 else rng.uniform(1.8, 2.6)
    return course.slower(pace)


def _receipt(course: Course, rng: Random) -> None:
    course.delta = timedelta(minutes=rng.randint(3, 50))
    if rng.random() < 0.2:
        course.delta = timedelta(hours=rng.randint(10, 15), minutes=rng.randint(0, 59))
    elif rng.random() < 0.05:
        course.delta = timedelta(hours=rng.randint(26, 70))
        course.late_reason = rng.choice(LATE_REASONS)


def _inquiry(course: Course, rng: Random) -> None:
    company = course.company
    if course.handed_over and rng.random() < 0.5:
        course.accept().dispatch()
        _answer(course, rng)
        course.report(found=False).review().call_back().close().archive()
        return
    if course.handed_over:
        course.answer_now().call_back().close().archive()
        return
    _answer(course, rng)
    course.call_back(satisfied=rng.choice(("satisfied", "satisfied", "fair", "unreachable")))
    course.close(who=f"{company}-dispatcher").archive()


def _answer(course: Course, rng: Random) -> None:
    who = f"{course.company}-dispatcher"
    if rng.random() < 0.6:
        course.answer_now(who=who)
    else:
        course.ask().give_answer().reply(who=who, text=lambda w: str(w.answer))


def _suggestion(course: Course, rng: Random) -> None:
    adoption = rng.choice(("adopted", "adopted", "partly", "not"))
    course.accept()
    if course.handed_over:
        course.dispatch()
    course.refer().instruct(adoption=adoption).reply_adopted(adoption).finish()


def _complaint(course: Course, rng: Random) -> None:
    if rng.random() < 0.04:
        asides.withdraw(course, True).archive()
        return
    if course.theme.type == "help_request" and rng.random() < 0.4:
        course.answer_now().call_back().close().archive()
        return
    course.complex = rng.random() < 0.05
    course.to_work()
    if course.theme.desk != 2 and rng.random() < 0.1:
        asides.give_back(course, False)
    course.investigate()
    if rng.random() < 0.3:
        asides.remark(course, "已电话联系诉求人，约定上门时间。")
    if rng.random() < 0.08:
        asides.urge(course, gap=DAY)
    _outcome(course, rng)


def _outcome(course: Course, rng: Random) -> None:
    found = rng.random() < 0.72
    if found:
        course.verify().put_right()
    else:
        course.verify(conclusion="unsubstantiated")
        if course.judged:
            course.explain(accepted=True)
    industry = course.handed_over and course.theme.nature == "industry"
    if industry:
        course.report(found=found).review()
    who = course.front if industry else ""
    course.reply(who=who) if found else course.reply_unfounded(who=who)
    satisfied = rng.choices(("satisfied", "fair", "unreachable"), (70, 22, 8))[0]
    if industry:
        course.call_back(satisfied=satisfied).close().archive()
    else:
        course.finish(satisfied=satisfied, found=found)


def season(company: str, month: int) -> float:
    """How busy a company is in a month: power in summer, gas and frozen water pipes in winter."""
    busy = {"gd": (6, 7, 8, 9), "rq": (11, 12, 1, 2), "gs": (12, 1, 7, 8)}[company]
    return 1.6 if month in busy else 1.0

"""Steps beside the main line of a course: supervision, level, urging, approvals, links."""

from __future__ import annotations

from blueprints.home.demo.course import DAY, HOUR, Course, Scene


def supervise(course: Course, gap: int = DAY, workdays: int = 3) -> Course:
    """督办 by whoever oversees the case."""
    who = f"{course.home}-supervisor" if course.handed_over else f"{course.home}-leader"
    reason = "超过期限仍未办结，群众反映强烈，请立即组织办理并书面答复。"
    return course.then("supervise", who, gap, lambda s: {"reason": reason, "workdays": workdays})


def answer_supervision(course: Course, gap: int = DAY) -> Course:
    """The company's answer."""
    answer = "已由分管领导牵头成立专班，倒排工期，本周内完成整改并答复用户，今后同类问题限时办结。"
    return course.then("answer_supervision", f"{course.company}-leader", gap, lambda s: {"answer": answer})


def lift(course: Course, gap: int = DAY) -> Course:
    """解除督办."""
    return course.then("lift_supervision", f"{course.home}-supervisor", gap, lambda s: {
        "reason": "已按要求整改并答复，同意解除督办。",
    })  # fmt: skip


def to_level_one(course: Course, gap: int = 3 * HOUR) -> Course:
    """Exposed by mainstream media, judged by a named leader."""
    who = f"{course.home}-{'supervisor' if course.handed_over else 'dispatcher'}"
    judge = f"{course.home}-leader"
    return course.then("raise_level", who, gap, lambda s: {
        "trigger": "mainstream_media", "reason": "市电视台民生栏目昨晚报道，网上转发较多。",
        "judgement": "涉及户数多，已造成重大社会影响。", "judged_by_id": s.user_id(judge),
    })  # fmt: skip


def urge(course: Course, gap: int = 2 * DAY) -> Course:
    """催办."""
    reason = "期限将到，还没有核实结论，请抓紧办理。"
    return course.then("urge", course.front, gap, lambda s: {"reason": reason})


def extend(course: Course, approve: bool, gap: int = 2 * DAY) -> Course:
    """An extension is asked for; where it is approved it reaches into the next year from autumn on."""

    def request(scene: Scene) -> dict[str, object]:
        workdays = {10: 60, 11: 40, 12: 20}.get(scene.end.month, 10)
        return {"reason": "需要更换的设备须向厂家订制，到货和停电窗口都要等。", "workdays": workdays}

    course.then("request_extension", f"{course.company}-dispatcher", gap, request)
    if approve:
        course.then("decide_extension", f"{course.home}-supervisor", 3 * HOUR, lambda s: {
            "approve": True, "remark": "情况属实，同意，请先告知诉求人。",
        })  # fmt: skip
    return course


def suspend(course: Course, approve: bool, gap: int = DAY) -> Course:
    """Waiting for something that nobody at the company can hasten."""
    reason = "等待法定计量机构的检定结论。"
    course.then("request_suspension", f"{course.company}-dispatcher", gap, lambda s: {"reason": reason})
    if approve:
        course.then("decide_suspension", f"{course.home}-supervisor", 3 * HOUR, lambda s: {
            "approve": True, "remark": "同意，结论出来后立即恢复办理。",
        })  # fmt: skip
    return course


def withdraw(course: Course, approve: bool, gap: int = 3 * HOUR) -> Course:
    """The person withdraws."""
    decider = f"{course.home}-{'supervisor' if course.handed_over else 'leader'}"
    course.then("request_withdrawal", course.front, gap, lambda s: {
        "reason": "诉求人来电表示问题已自行解决，自愿撤回。", "told_how": "电话（有录音）",
    })  # fmt: skip
    if approve:
        course.then("decide_withdrawal", decider, 2 * HOUR, lambda s: {
            "approve": True, "remark": "已听取录音，确属本人自愿。",
        })  # fmt: skip
    return course


def give_back(course: Course, decided: bool | None, gap: int = 2 * HOUR) -> Course:
    """退单, and what the dispatcher decided (None: not yet)."""
    course.then("return_assignment", course.worker, gap, lambda s: {
        "reason": "现场查看后认为属于其他班组的维护范围，申请退单。",
    })  # fmt: skip
    if decided is not None:
        remark = "同意，另行分派。" if decided else "经核对台账属于你部门范围，请继续办理。"
        course.then("decide_return", course.front, HOUR, lambda s: {"approve": decided, "remark": remark})
    return course


def merge(course: Course, main: str, gap: int = HOUR) -> Course:
    """Into the case with the key `main`."""
    course.needs = main
    return course.then("merge", course.front, gap, lambda s: {
        "other": s.cases[main].number, "reason": "同一小区、同一件事，合并办理。",
    })  # fmt: skip


def link(course: Course, other: str, kind: str, gap: int = HOUR) -> Course:
    """Duplicate or follow-up of the case with the key `other`."""
    course.needs = other
    return course.then("link_duplicate", course.front, gap, lambda s: {
        "other": s.cases[other].number, "kind": kind, "reason": "同一电话，内容相近。",
    })  # fmt: skip


def correct(course: Course, gap: int = HOUR) -> Course:
    """A slip at the desk is mended."""
    return course.then("correct", course.front, gap, lambda s: {
        "reason": "登记时标题漏写地点，更正。", "title": f"{s.words.place.full}：{s.words.title}",
    })  # fmt: skip


def take_up(course: Course, regulator: str, gap: int = DAY) -> Course:
    """提级办理 by the regulator."""
    return course.then("take_up", f"{regulator}-supervisor", gap, lambda s: {
        "reason": "同类问题反复出现，由主管部门直接督促办理。",
    })  # fmt: skip


def remark(course: Course, text: str, gap: int = 2 * HOUR) -> Course:
    """A note on the way."""
    return course.then("note", course.worker, gap, lambda s: {"text": text})

"""The planned course of one case: who does what, after how many office minutes, with which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Self

from blueprints.complaints.models import Case
from blueprints.home.demo.people import Cast
from blueprints.home.demo.texts import Theme, Words

REGULATOR_CODES = ("jxw", "swj")
SECTORS = {"gd": "power", "rq": "gas", "gs": "water"}
WORKERS = {0: "handler", 1: "handler2", 2: "handler"}
HOUR, DAY = 60, 420
CALLBACK_REMARKS = {
    "satisfied": "用户表示满意。",
    "fair": "用户基本认可。",
    "dissatisfied": "用户认为问题还没有彻底解决。",
    "unreachable": "三次拨打无人接听。",
}


@dataclass
class Scene:
    """What a step sees when its moment has come."""

    case: Case
    now: datetime
    end: datetime
    words: Words
    cast: Cast
    cases: dict[str, Case]

    def user_id(self, login: str) -> int:
        """Id of a person by the short login."""
        return self.cast.user(login).id

    def day(self, later: int) -> date:
        """The day of this step plus some calendar days."""
        return self.now.date() + timedelta(days=later)


Data = Callable[[Scene], dict[str, Any]]


@dataclass(frozen=True)
class Beat:
    """One step: `gap` office minutes after the one before it."""

    action: str
    who: str
    gap: int
    data: Data


@dataclass
class Course:
    """A case of `company` received by `home` (a regulator or the company itself), with its steps in order.

    `delta`: how long before its registration the case was received. `wait`: office minutes that it has been
    waiting since its last step. `due`: working days from receipt to a day counted from today (see stage);
    `fresh`: registered that many real minutes ago, whatever the hour.
    """

    company: str
    home: str
    theme: Theme
    channel: str
    key: str = ""
    needs: str = ""
    place: str = ""
    people: int = 1
    wish: str | None = None
    delta: timedelta = timedelta(minutes=12)
    late_reason: str = ""
    anonymous: bool = False
    significant: bool = False
    complex: bool = False
    wait: int = 2 * HOUR
    due: tuple[int, int] | None = None
    fresh: int | None = None
    beats: list[Beat] = field(default_factory=list)

    # ---- who -----------------------------------------------------------------------------------------------

    @property
    def handed_over(self) -> bool:
        """A regulator received it."""
        return self.home in REGULATOR_CODES

    @property
    def front(self) -> str:
        """Whoever received it."""
        return f"{self.home}-{'clerk' if self.handed_over else 'dispatcher'}"

    @property
    def worker(self) -> str:
        """The person who investigates."""
        return f"{self.company}-{WORKERS[self.theme.desk]}"

    @property
    def judged(self) -> bool:
        """The water company's rules class service complaints (Q3.1b)."""
        return self.company == "gs" and self.theme.category == "service"

    def then(self, action: str, who: str, gap: int, data: Data | None = None) -> Self:
        """Append a step."""
        self.beats.append(Beat(action, who, gap, data or (lambda scene: {})))
        return self

    def slower(self, factor: float) -> Self:
        """The same course at another pace."""
        self.beats = [replace(beat, gap=max(2, int(beat.gap * factor))) for beat in self.beats]
        return self

    # ---- intake --------------------------------------------------------------------------------------------

    def accept(self, gap: int = 35, **extra: Any) -> Self:
        """Formal acceptance, told by phone."""
        nature = self.theme.nature if self.handed_over else "internal"
        told = {} if self.anonymous else {"notice_way": "电话"}
        return self.then("accept", self.front, gap, lambda s: {"nature": nature, **told, **extra})

    def dispatch(self, gap: int = 45, desks: tuple[int, ...] = ()) -> Self:
        """To the enterprise (and there to a department), or to the own departments."""
        if self.handed_over:
            request = "请核实情况，按规定整改并答复诉求人，办结后报送核实整改情况。"
            self.then("dispatch", self.front, gap, lambda s: self._to(s, (None,), request))
            return self
        return self.assign(gap, desks, "dispatch")

    def assign(self, gap: int = 50, desks: tuple[int, ...] = (), action: str = "assign") -> Self:
        """To the departments concerned."""
        wanted = desks or (self.theme.desk,)
        request = "请指定专人核实，查明原因，能当场解决的当场解决。"
        return self.then(action, f"{self.company}-dispatcher", gap, lambda s: self._to(s, wanted, request))

    def to_work(self, desks: tuple[int, ...] = ()) -> Self:
        """Accepted, dispatched and with the department."""
        self.accept().dispatch(desks=desks)
        return self.assign(desks=desks) if self.handed_over else self

    def _to(self, scene: Scene, desks: tuple[int | None, ...], request: str) -> dict[str, Any]:
        return {"units": [scene.cast.unit(self.company, desk) for desk in desks], "requirement": request}

    def urgent(self, gap: int = 4) -> Self:
        """Urgent action before everything else."""
        desks = (None,) if self.handed_over else (1,)
        request = "情况紧急，请立即派人到场处置，处置后补报情况。"
        return self.then("urgent_dispatch", self.front, gap, lambda s: self._to(s, desks, request))

    def decline(self, gap: int = 90) -> Self:
        """Not accepted, told why."""
        told = {"told_how": "电话"}
        return self.then(
            "decline", self.front, gap, lambda s: {"reason": s.words.reason, "told_at": s.now, **told}
        )

    def ask_for(self, missing: str, gap: int = 25, written: bool = False) -> Self:
        """Information or a written text is asked for."""
        data = {"missing": missing, "written": written, "told_how": "电话"}
        return self.then("request_info", self.front, gap, lambda s: dict(data))

    def got(self, text: str, gap: int = DAY, written: bool = False) -> Self:
        """It came in."""
        data = {"text": text, "written": written, "complete": True, "received_how": "电子邮件"}
        return self.then("record_info", self.front, gap, lambda s: dict(data))

    # ---- work ----------------------------------------------------------------------------------------------

    def investigate(self, gap: int = 2 * HOUR) -> Self:
        """One named investigator."""
        opener = f"{self.company}-dispatcher" if self.theme.desk == 2 else self.worker
        return self.then("investigate", opener, gap, lambda s: {"investigator_id": s.user_id(self.worker)})

    def verify(self, gap: int = DAY, conclusion: str = "substantiated", who: str = "") -> Self:
        """The conclusion with its evidence; service complaints of the water company are classed."""
        found = conclusion != "unsubstantiated"
        gravest = "misconduct" if self.theme.misconduct else "lapse"
        given = {"service_class": gravest if found else "misunderstanding"} if self.judged else {}
        return self.then("verify", who or self.worker, gap, lambda s: {
            "findings": s.words.findings if found else s.words.unfounded, "conclusion": conclusion,
            "evidence": s.words.evidence, "reasonable": found, **given,
        })  # fmt: skip

    def put_right(self) -> Self:
        """What a substantiated finding asks for (F5.2, Q3.1b, Q3.1c), with the apology (Q6.1)."""
        if self.judged and self.theme.misconduct:
            self.then("report_misconduct", self.worker, HOUR, lambda s: {
                "leader_id": s.user_id(f"{self.company}-leader"),
                "text": f"{s.words.findings}当事人已停岗，建议按组织程序处理。",
            })  # fmt: skip
        if self.judged and not self.theme.misconduct:
            self.then("correct_lapse", self.worker, 2 * HOUR, lambda s: {
                "sanction": "对当事人批评教育，扣减当月绩效。", "measures": s.words.measures,
                "proof": s.words.proof,
            })  # fmt: skip
        else:
            self.rectify().complete()
        return self.apologise() if self.company == "gs" and not self.anonymous else self

    def rectify(self, gap: int = 2 * HOUR, days: int = 4) -> Self:
        """Measures, responsible person, day."""
        return self.then("rectify", self.worker, gap, lambda s: {
            "measures": s.words.measures, "responsible": s.cast.user(self.worker).name, "due_on": s.day(days),
        })  # fmt: skip

    def complete(self, gap: int = DAY) -> Self:
        """Done, with proof."""
        return self.then("complete_rectification", self.worker, gap, lambda s: {
            "result": s.words.result, "proof": s.words.proof,
        })  # fmt: skip

    def apologise(self, gap: int = HOUR) -> Self:
        """By the leader in charge, in person (Q6.1)."""
        return self.then("apologise", f"{self.company}-leader", gap, lambda s: {
            "in_person": True, "way": "电话", "told_at": s.now,
            "text": "说明核实结果，就给用户造成的不便诚恳致歉，用户表示接受。",
        })  # fmt: skip

    def explain(self, gap: int = HOUR, accepted: bool = True) -> Self:
        """A misunderstanding explained (Q3.1d)."""
        return self.then("explain", self.worker, gap, lambda s: {
            "text": s.words.unfounded, "way": "电话", "accepted": accepted,
        })  # fmt: skip

    def talk(self, gap: int = DAY) -> Self:
        """A talk that was not accepted (Q6.2)."""
        return self.then("talk", self.worker, gap, lambda s: {
            "text": "再次说明核实依据和计费规则，用户仍有不同意见。", "way": "电话", "told_at": s.now,
            "accepted": False,
        })  # fmt: skip

    def shelve(self, days: int, gap: int = HOUR) -> Self:
        """The talk is kept open until `days` after today."""
        reason = "已沟通两次并当面出示依据，用户暂时未能理解，留待适当时候再沟通。"
        return self.then("shelve_talk", self.worker, gap, lambda s: {
            "reason": reason, "next_on": s.end.date() + timedelta(days=days),
        })  # fmt: skip

    # ---- answers -------------------------------------------------------------------------------------------

    def answer_now(self, gap: int = 8, who: str = "") -> Self:
        """Answered at once."""
        return self.then("answer_now", who or self.front, gap, lambda s: {
            "text": s.words.answer or f"已经登记并安排办理：{s.words.measures}",
            "way": "电话", "told_at": s.now,
        })  # fmt: skip

    def ask(self, gap: int = 20) -> Self:
        """The department concerned is asked."""
        desks, who = (self.theme.desk,), f"{self.company}-dispatcher"
        told = {"way": "电话", "text": "您咨询的问题正在向有关部门了解，了解清楚后马上答复您。"}
        self.then("ask", who, gap, lambda s: self._to(s, desks, s.words.title))
        return self.then("progress_notice", who, 3, lambda s: dict(told))

    def give_answer(self, gap: int = 3 * HOUR) -> Self:
        """The department's answer."""
        who = f"{self.company}-leader" if self.theme.desk == 2 else self.worker
        return self.then("give_answer", who, gap, lambda s: {"text": s.words.answer})

    def refer(self, gap: int = 2 * HOUR, needed: bool = True) -> Self:
        """A suggestion goes to the leader."""
        return self.then("refer_to_leader", f"{self.company}-dispatcher", gap, lambda s: {
            "text": f"用户提出：{s.words.title}。", "reply_needed": needed,
            "reply_promised_on": s.day(2) if needed else None,
        })  # fmt: skip

    def instruct(self, gap: int = 4 * HOUR, adoption: str = "adopted") -> Self:
        """The leader's instruction."""
        own = "暂不具备条件，请向用户说明。"
        return self.then("instruct", f"{self.company}-leader", gap, lambda s: {
            "adoption": adoption, "instruction": own if adoption == "not" else s.words.instruction,
        })  # fmt: skip

    def reply(self, gap: int = HOUR, who: str = "", text: Callable[[Words], str] | None = None) -> Self:
        """The answer to the person, after what the theme came to."""
        say = text or _found
        return self.then("reply", who or self.worker, gap, lambda s: {
            "text": say(s.words), "way": "电话", "told_at": s.now,
        })  # fmt: skip

    def reply_unfounded(self, gap: int = HOUR, who: str = "") -> Self:
        """The answer where nothing was found."""
        return self.reply(gap, who, _unfounded)

    def reply_adopted(self, adoption: str = "adopted", gap: int = HOUR) -> Self:
        """The answer to a suggestion."""
        return self.reply(gap, f"{self.company}-dispatcher", lambda w: w.adopted(adoption))

    # ---- after the answer ----------------------------------------------------------------------------------

    def report(self, gap: int = 3 * HOUR, found: bool = True) -> Self:
        """核实整改情况 to the regulator (F5.2)."""
        return self.then("report_back", f"{self.company}-dispatcher", gap, lambda s: {
            "verification": _verification(s.words, found),
            "rectification_result": s.words.result if found else "",
        })  # fmt: skip

    def review(self, gap: int = DAY) -> Self:
        """The regulator accepts the report."""
        who = f"{self.home}-supervisor"
        return self.then("review_accept", who, gap, lambda s: {"remark": "材料齐全，同意。"})

    def send_back(self, gap: int = DAY, workdays: int = 3) -> Self:
        """The regulator sends the report back."""
        reason = "整改佐证不足，没有说明同类问题的排查情况，请补充后重新报送。"
        return self.then("review_return", f"{self.home}-supervisor", gap, lambda s: {
            "reason": reason, "workdays": workdays,
        })  # fmt: skip

    def call_back(self, gap: int = DAY, satisfied: str = "satisfied", solved: bool | None = True) -> Self:
        """Solved, satisfied?"""
        return self.then("callback", self.front, gap, lambda s: {
            "solved": None if satisfied == "unreachable" else solved, "satisfied": satisfied,
            "remark": CALLBACK_REMARKS[satisfied], "told_at": s.now,
        })  # fmt: skip

    def close(self, gap: int = HOUR, who: str = "") -> Self:
        """By whoever may close a case of its level."""
        return self.then("close", who or self.front, gap, lambda s: {"remark": "事项办理完毕。"})

    def archive(self, gap: int = 3 * DAY) -> Self:
        """Into the archive."""
        return self.then("archive", self.front, gap)

    def finish(self, satisfied: str = "satisfied", found: bool = True) -> Self:
        """Report and review where they are owed, callback, close, archive."""
        if self.handed_over:
            self.report(found=found).review()
        if not self.anonymous:
            self.call_back(satisfied=satisfied)
        return self.close().archive()


def _found(words: Words) -> str:
    return f"您好，您反映的“{words.title}”已经核实：{words.findings}{words.result}给您带来不便，诚恳致歉。"


def _unfounded(words: Words) -> str:
    return f"您好，您反映的“{words.title}”已经核实：{words.unfounded}如有疑问，请再联系我们。"


def _verification(words: Words, found: bool) -> str:
    told = f"{words.title}：{words.answer or '已按领导批示办理并答复。'}"
    return str(words.findings if found else words.unfounded) or told

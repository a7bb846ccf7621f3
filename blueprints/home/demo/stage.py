"""Lets all courses happen: every step at its moment, in the order of time, through the services."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from blueprints.complaints import service
from blueprints.complaints.models import Case
from blueprints.complaints.service.attaching import attach
from blueprints.complaints.service.intake import Intake, Person
from blueprints.home.demo import texts
from blueprints.home.demo.course import DAY, SECTORS, Beat, Course, Scene
from blueprints.home.demo.people import Cast
from blueprints.home.demo.timeline import Timeline
from core import clock
from core.clock import local_date, to_local
from domain.workdays import Calendar

OUTSIDE = {"hotline_12345": "12345", "regulator_transfer": "主管部门"}
WITH_FILE = 4
Event = Callable[[datetime], None]


@dataclass
class Staged:
    """A course with its words and the moments of its steps; the first moment is the registration."""

    number: int
    course: Course
    words: texts.Words
    moments: list[datetime]
    case: Case | None = None


class Stage:
    """Plans courses with `add` and carries out with `play` whatever lies before `now`."""

    def __init__(
        self, cast: Cast, timeline: Timeline, calendar: Calendar, *, seed: int, now: datetime
    ) -> None:
        self.cast, self.timeline, self.calendar = cast, timeline, calendar
        self.seed, self.now = seed, to_local(now)
        self.end = timeline.before(now) - 1
        self.staged: list[Staged] = []
        self.events: list[tuple[datetime, Event]] = []
        self.cases: dict[str, Case] = {}

    def add(self, course: Course, start: int | None = None) -> None:
        """Plan a course: at the office minute `start`, or so that it has waited as long as it says by now."""
        number = len(self.staged)
        rng = Random(f"{self.seed} {number}")  # noqa: S311 -- invented texts
        moments = self._moments(course, start, rng)
        place = texts.a_place(rng)
        if course.place:
            place = texts.Place(course.place, f"{course.place}{rng.randint(1, 20)}栋")
        words = texts.tell(course.theme, place, local_date(moments[0] - course.delta), rng)
        self.staged.append(Staged(number, course, words, moments))

    def _moments(self, course: Course, start: int | None, rng: Random) -> list[datetime]:
        seconds = timedelta(seconds=rng.randint(0, 55))
        offsets = [0]
        for beat in course.beats:
            offsets.append(offsets[-1] + beat.gap)
        if course.fresh is not None:
            first = self.now - timedelta(minutes=course.fresh + offsets[-1] + 1)
            return [first + timedelta(minutes=later) for later in offsets]
        if start is None:
            start = self._start(course, offsets[-1])
        line, last = self.timeline, len(self.timeline.days) * DAY
        return [line.moment(start + later) + seconds for later in offsets if start + later < last]

    def _start(self, course: Course, length: int) -> int:
        """So that the last step lies `wait` minutes back, or the due day as many working days ahead as `due`
        says (where today allows it)."""
        if course.due is not None:
            limit, ahead = course.due
            days = self.timeline.days
            place = len(days) - 1 - limit + ahead
            if days[-1] != self.now.date():
                place += 1
            return place * DAY + 35
        return max(0, self.end - length - course.wait)

    def at(self, minute: int, event: Callable[[], None]) -> None:
        """Plan something beside the courses; left out when its minute has not come."""
        if minute <= self.end:
            self.events.append((self.timeline.moment(minute), lambda moment: event()))

    def play(self, say: Callable[[str], None] = lambda text: None) -> list[Staged]:
        """Carry out every step whose moment has come; returns the courses that have begun, oldest first."""
        steps = self.events + [step for staged in self.staged for step in self._steps(staged)]
        steps = sorted((step for step in steps if step[0] < self.now), key=lambda step: step[0])
        for done, (moment, event) in enumerate(steps, start=1):
            with clock.frozen(moment):
                event(moment)
            if done % 200 == 0:
                say(f"第 {done} 步，共 {len(steps)} 步（{moment:%Y-%m-%d}）")
        return sorted((s for s in self.staged if s.case is not None), key=lambda s: s.moments[0])

    def _steps(self, staged: Staged) -> Iterator[tuple[datetime, Event]]:
        first, *later = staged.moments
        yield first, lambda moment: self._register(staged, moment)
        for beat, when in zip(staged.course.beats, later, strict=False):
            yield when, lambda moment, beat=beat: self._step(staged, beat, moment)  # type: ignore[misc]

    def _register(self, staged: Staged, moment: datetime) -> None:
        case = service.register(
            self._intake(staged, moment),
            by=self.cast.user(staged.course.front), now=clock.now(), calendar=self.calendar,
        )  # fmt: skip
        staged.case = case
        if staged.course.key:
            self.cases[staged.course.key] = case

    def _intake(self, staged: Staged, moment: datetime) -> Intake:
        course, words, received = staged.course, staged.words, moment - staged.course.delta
        origin = {}
        if course.channel in OUTSIDE:
            outside = f"{received:%Y%m%d}{staged.number:06d}"
            origin = {"source": OUTSIDE[course.channel], "number": outside}
        place = words.place.estate if course.place else words.place.full
        return Intake(
            enterprise=self.cast.organizations[course.company], type=course.theme.type,
            channel=course.channel, category=course.theme.category, title=words.title,
            content=words.content, wish=words.wish, received_at=received,
            people=tuple(self._people(staged)), anonymous=course.anonymous, first_contact=words.mood,
            place=place, urgent=course.theme.urgent, significant=course.significant,
            complex=course.complex, late_entry_reason=course.late_reason, origin=origin,
        )  # fmt: skip

    def _people(self, staged: Staged) -> Sequence[Person]:
        course = staged.course
        if course.anonymous:
            return []
        sector, same = SECTORS[course.company], self._same_person(course)
        who = texts.somebody(staged.number if same is None else same, sector)
        house = staged.words.place.full
        first = Person(who.name, who.phone, house, who.account, headcount=course.people)
        numbers = (1000 + staged.number * 3 + n for n in range(min(2, course.people - 1)))
        others = [texts.somebody(number, sector) for number in numbers]
        return [first, *(Person(o.name, o.phone, house, o.account, representative=False) for o in others)]

    def _same_person(self, course: Course) -> int | None:
        """Somebody who writes again about the same matter."""
        if not course.needs or any(beat.action == "merge" for beat in course.beats):
            return None
        return next((s.number for s in self.staged if s.course.key == course.needs), None)

    def _step(self, staged: Staged, beat: Beat, moment: datetime) -> None:
        case, by = staged.case, self.cast.user(beat.who)
        if case is None:
            return
        scene = Scene(case, moment, self.now, staged.words, self.cast, self.cases)
        now = clock.now()
        step = service.perform(case, beat.action, beat.data(scene), by=by, now=now, calendar=self.calendar)
        if beat.action == "verify" and staged.number % WITH_FILE == 0:
            told = f"核实记录\n{case.number}\n{scene.words.findings}\n依据：{scene.words.evidence}\n"
            attach(case, [("核实记录.txt", told.encode())], by=by, now=now, step=step)


def within_reach(courses: Sequence[Course]) -> list[Course]:
    """Without those that need a case which is not among them."""
    keys = {course.key for course in courses if course.key}
    return [course for course in courses if not course.needs or course.needs in keys]

"""Long work on notices, done in the background."""

from __future__ import annotations

from blueprints.accounts.models import User
from blueprints.notices import queries
from blueprints.notices.service import batching
from blueprints.notices.service.batching import STEPS, Taken
from core import clock
from core.db import db
from core.jobs import Outcome, Work

BATCH = "notice_batch"


def take_batch(work: Work, *, step: str, ids: list[int], site: str) -> Outcome:
    """Sign or number each notice with the rights that the person has then; of numbered ones one file for the
    printer. What an earlier attempt has done already is not done again."""
    taken: list[Taken] = []
    for notice_id in ids:
        taken.append(_one(notice_id, step, work, site))
        work.progress(len(taken), len(ids))
    done = [one.id for one in taken if not one.refused]
    file = _file(work, done) if step == "issue" and done else ""
    message = f"{STEPS[step]} {len(done)} 份，共 {len(ids)} 份。"
    return Outcome(message, {"rows": [one.as_row() for one in taken]}, file)


def _one(notice_id: int, step: str, work: Work, site: str) -> Taken:
    by = db.session.get_one(User, work.user_id)
    found = queries.notice_for(notice_id, by)
    before = Taken(notice_id, found.label) if found and batching.done_before(found, step, by) else None
    gone = Taken(notice_id, str(notice_id), "没有这份文书。") if found is None else None
    db.session.remove()
    return before or gone or batching.take(notice_id, step, by_id=work.user_id, site=site)


def _file(work: Work, ids: list[int]) -> str:
    found = queries.by_ids(ids, db.session.get_one(User, work.user_id))
    name = f"文书-{clock.to_local(clock.now()):%Y%m%d-%H%M}.pdf"
    (work.folder() / name).write_bytes(batching.printed_together(found, copies=True))
    return name

"""On-site checks whose checklist was filled in by hand, through the services."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from blueprints.inspection.service import paper_entry
from tests.factories.checks import ANSWERS, VISIT, Inspected, picture


def paper_of(pages: int = 2) -> bytes:
    """A scan of so many pages."""
    shots = [Image.open(io.BytesIO(picture(size=(420, 594)))) for _ in range(pages)]
    out = io.BytesIO()
    shots[0].save(out, "PDF", save_all=True, append_images=shots[1:])
    return out.getvalue()


def typed(one: Inspected) -> int:
    """Id of a check that was typed from its scan and waits for the second person."""
    check_id = one.declared()
    given: dict[tuple[str, str], Any] = {(item, ""): data for item, data in (VISIT | ANSWERS).items()}
    one.do(paper_entry.keep_scan, check_id, "检查表.pdf", paper_of())
    one.do(paper_entry.enter, check_id, given, done=True)
    return check_id


def fill_paper() -> dict[str, int | str]:
    """A typed check and one with its score, by the names that routes use."""
    one = Inspected()
    return {"paper_check": typed(one), "scored_check": one.signing(), "paper_page": 1}

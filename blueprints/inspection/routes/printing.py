"""How a paper leaves as a PDF."""

from __future__ import annotations

import io

from flask import Response, send_file

from blueprints.notices.service.papers import Paper, print_paper
from blueprints.notices.service.printing import PrintFailed
from core import clock
from core.db import db
from domain.errors import InvalidInput, RuleViolation


def printed(paper: Paper, name: str) -> Response:
    """The paper as PDF; nothing is held open while it is printed. Errors: RuleViolation."""
    db.session.rollback()
    try:
        made = print_paper(paper, now=clock.now())
    except InvalidInput as refused:
        raise RuleViolation(f"现在印不出{name}：{refused.message}") from refused
    except (PrintFailed, OSError) as failure:
        raise RuleViolation(f"现在印不出{name}：{failure}", None, "请稍后再试。") from failure
    file = io.BytesIO(made.pdf)
    return send_file(file, mimetype="application/pdf", as_attachment=True, download_name=f"{name}.pdf")

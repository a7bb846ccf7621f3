"""How files leave: bytes as an attachment, a paper as a PDF."""

from __future__ import annotations

import io

from flask import Response, send_file

from blueprints.notices.service.papers import Paper, print_paper
from blueprints.notices.service.printing import PrintFailed
from core import clock
from core.db import db
from domain.errors import InvalidInput, RuleViolation

CLAUSE = "F6.2"


def sent(data: bytes, mime: str, name: str) -> Response:
    """Bytes as an attachment."""
    return send_file(io.BytesIO(data), mimetype=mime, as_attachment=True, download_name=name)


def printed(paper: Paper, name: str) -> Response:
    """The paper as PDF; nothing is held open while it is printed. Errors: RuleViolation."""
    db.session.rollback()
    try:
        made = print_paper(paper, now=clock.now())
    except InvalidInput as refused:
        text = f"现在印不出{name}：{refused.message}"
        raise RuleViolation(text, CLAUSE, "请改好内容以后再打印。") from refused
    except (PrintFailed, OSError) as failure:
        raise RuleViolation(f"现在印不出{name}：{failure}", CLAUSE, "请稍后再试。") from failure
    return sent(made.pdf, "application/pdf", f"{name}.pdf")


def drawn_data(record: str, name: str) -> Response:
    """A draw as data, for `draws verify`. Errors: InvalidInput while there is none."""
    if not record:
        raise InvalidInput("还没有冻结，没有可以导出的抽取记录。")
    file = io.BytesIO(record.encode())
    return send_file(file, mimetype="application/json", as_attachment=True, download_name=f"{name}.json")

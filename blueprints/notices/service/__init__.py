"""What can be done with a notice, as verbs. Each is called inside the caller's transaction, except
`print_out`, which is called after it."""

from __future__ import annotations

from blueprints.notices.service.deciding import (
    discard,
    legal_review,
    review,
    send_back,
    sign,
    submit,
    withdraw,
)
from blueprints.notices.service.drafting import Content, Subject, draft, edit
from blueprints.notices.service.engine import Option, options
from blueprints.notices.service.issuing import again, issue, void
from blueprints.notices.service.printing import Printing, Result, print_out
from blueprints.notices.service.serving import archive, record_answer, serve, sign_receipt

__all__ = [
    "Content",
    "Option",
    "Printing",
    "Result",
    "Subject",
    "again",
    "archive",
    "discard",
    "draft",
    "edit",
    "issue",
    "legal_review",
    "options",
    "print_out",
    "record_answer",
    "review",
    "send_back",
    "serve",
    "sign",
    "sign_receipt",
    "submit",
    "void",
    "withdraw",
]

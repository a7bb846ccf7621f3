"""Tables of official notices and of the paper beside them."""

from blueprints.notices.models.notices import (
    Notice,
    NoticeService,
    NoticeStep,
    NoticeTemplate,
    OrganCode,
    SealPicture,
)
from blueprints.notices.models.paper import MailEntry, NoticeCopy, NoticeScan, PrintJob, SealUse

__all__ = [
    "MailEntry",
    "Notice",
    "NoticeCopy",
    "NoticeScan",
    "NoticeService",
    "NoticeStep",
    "NoticeTemplate",
    "OrganCode",
    "PrintJob",
    "SealPicture",
    "SealUse",
]

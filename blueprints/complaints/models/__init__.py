"""Tables of cases and what belongs to them."""

from blueprints.complaints.models.beside import Approval, Attachment, CaseLink, Dossier, SupervisionOrder
from blueprints.complaints.models.case import (
    NO_LIMIT,
    Assignment,
    Case,
    CaseAccess,
    CaseStep,
    Complainant,
    found_in_cases,
)
from blueprints.complaints.models.joint import Consultation, Transfer
from blueprints.complaints.models.ledgers import ImportMapping, Ledger, LedgerRow
from blueprints.complaints.models.outside import OutsideDispatch, OutsideRequest, OutsideType

__all__ = [
    "NO_LIMIT",
    "Approval",
    "Assignment",
    "Attachment",
    "Case",
    "CaseAccess",
    "CaseLink",
    "CaseStep",
    "Complainant",
    "Consultation",
    "Dossier",
    "ImportMapping",
    "Ledger",
    "LedgerRow",
    "OutsideDispatch",
    "OutsideRequest",
    "OutsideType",
    "SupervisionOrder",
    "Transfer",
    "found_in_cases",
]

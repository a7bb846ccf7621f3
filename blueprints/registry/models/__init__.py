"""Tables of the service register (F3.1, F3.2, F3.4): what an enterprise keeps true about its own service."""

from blueprints.registry.models.outlets import (
    OpeningHours,
    OpeningLog,
    Outlet,
    OutletArea,
    OutletCheck,
    OutletClosure,
    OutletPhoto,
    ServiceArea,
    SupplyArea,
)
from blueprints.registry.models.services import (
    CatalogueEntry,
    Commitment,
    CommitmentRecord,
    Hotline,
    ServiceRequest,
    TestCall,
    WrittenSystem,
)
from blueprints.registry.models.staff import Certificate, KnowledgeTest, RosterShift, Staff, Training
from blueprints.registry.models.visits import AssistedHandling, Visit, VisitChange, VisitStaff

__all__ = [
    "AssistedHandling",
    "CatalogueEntry",
    "Certificate",
    "Commitment",
    "CommitmentRecord",
    "Hotline",
    "KnowledgeTest",
    "OpeningHours",
    "OpeningLog",
    "Outlet",
    "OutletArea",
    "OutletCheck",
    "OutletClosure",
    "OutletPhoto",
    "RosterShift",
    "ServiceArea",
    "ServiceRequest",
    "Staff",
    "SupplyArea",
    "TestCall",
    "Training",
    "Visit",
    "VisitChange",
    "VisitStaff",
    "WrittenSystem",
]
